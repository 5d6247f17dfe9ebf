#!/bin/sh
# mailproc with the configuration of this machine, unless another one is named or lies in the current folder.
MAILPROC_CONFIG="${MAILPROC_CONFIG:-/etc/mailproc/config.toml}"
export MAILPROC_CONFIG
exec /usr/lib/mailproc/bin/mailproc "$@"
