#!/bin/sh
# mailproc with the configuration of this machine, unless another one is named or lies in the current folder.
# Who is not root and calls it by sudo gets no other: a configuration of his own could have secrets, which the
# service's user may read, sent to a server of his.
ours=/etc/mailproc/config.toml
if [ -n "${SUDO_USER:-}" ] && [ "$SUDO_USER" != root ] && [ "$(id -u)" != 0 ]; then
    for word; do
        case $word in
        --config | --config=*)
            echo "mailproc: by sudo it reads $ours alone; root may name another file" >&2
            exit 2
            ;;
        -*) ;;
        *) break ;;
        esac
    done
    set -- --config "$ours" "$@"
fi
MAILPROC_CONFIG="${MAILPROC_CONFIG:-$ours}"
export MAILPROC_CONFIG
exec /usr/lib/mailproc/bin/mailproc "$@"
