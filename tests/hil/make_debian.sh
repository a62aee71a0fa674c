#!/bin/sh
# Builds a Debian 13 below DIR in which systemd runs the station as systemd/install.sh has installed it; again: brings
# the station up to date.  Needs root and debootstrap; the first time takes some minutes.
#
#   make_debian.sh DIR
set -eu
root=${1:?which folder}
source=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
say() { printf '== %s\n' "$*"; }
inside() {
  chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
    PIP_CERT=/etc/ssl/certs/ca-certificates.crt "$@"
}

if [ ! -e "$root/.complete" ]; then
  say "Debian 13 (some minutes)"
  command -v debootstrap >/dev/null || apt-get install -y -qq --no-install-recommends debootstrap >/dev/null
  mirror=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' |
    awk -v here="$(. /etc/os-release; echo "$VERSION_CODENAME")" '$2 == here { print $1; exit }')
  debootstrap --variant=minbase \
    --include=systemd,systemd-sysv,udev,dbus,ca-certificates,python3,python3-venv,alsa-utils,gcc,libc6-dev,python3-dev,swig \
    trixie "$root" "$mirror" >/dev/null
  cp /etc/resolv.conf /etc/hosts "$root/etc/"
  cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
  : > "$root/etc/machine-id"
  : > "$root/.complete"
fi

if ! ls "$root"/opt/lgpio/lgpio-*.whl >/dev/null 2>&1; then
  say "lgpio for Python 3.13, which Raspberry Pi OS has as python3-lgpio and plain Debian has not"
  inside sh -c 'python3 -m venv /opt/lgpio && /opt/lgpio/bin/pip install -q setuptools wheel &&
    PYPI=1 /opt/lgpio/bin/pip wheel -q --no-deps --no-build-isolation -w /opt/lgpio lgpio==0.2.2.0'
fi

say "the station, by its own installer"
rm -rf "$root/opt/source"
mkdir -p "$root/opt/source"
(cd "$source" && tar -c --exclude=__pycache__ pyproject.toml requirements.lock README.md LICENSE station hardware sounds systemd) |
  tar -x --no-same-owner -C "$root/opt/source"
inside /opt/source/systemd/install.sh --yes
inside sh -c '/opt/desk-station/current/bin/pip install -q --no-deps /opt/lgpio/lgpio-*.whl'
rm -rf "$root/opt/source"
# What its installer does where systemd runs: `systemctl enable`.
ln -sf /etc/systemd/system/desk-station.service "$root/etc/systemd/system/multi-user.target.wants/"
