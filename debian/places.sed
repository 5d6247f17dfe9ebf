# systemd/mailproc.service is for /srv/mailproc; a package has these places.
1,3c # The unit of systemd/ in the sources, with the places of the package.\
# What differs at your library goes into a drop-in: systemctl edit mailproc.service
s,/srv/mailproc/\.venv/bin/mailproc,/usr/lib/mailproc/bin/mailproc,
s,/srv/mailproc/config\.toml,/etc/mailproc/config.toml,
s,/srv/mailproc/var,/var/lib/mailproc,
s,/srv/mailproc/outside,/var/lib/mailproc-outside,
s,^WorkingDirectory=.*,WorkingDirectory=/var/lib/mailproc,
/^RequiresMountsFor=/a # Made by "mailproc init /etc/mailproc"; until then nothing starts.\
ConditionPathExists=/etc/mailproc/config.toml
