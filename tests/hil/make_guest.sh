#!/bin/sh
# Builds what `make hil` needs, once; what is there already stays.  Needs root for apt, and Debian 12.
#
#   $DESK_HIL (or ~/.cache/desk-station-hil)    where it is built
#   $DESK_SHARED/hil (or ../shared/hil)         where the breadboard and the kernel's recipe come from
#   $PYTHON                                     the Python that `make hil` runs on
set -eu
home=${DESK_HIL:-$HOME/.cache/desk-station-hil}
shared=${DESK_SHARED:-$(dirname -- "$0")/../../../shared}/hil
say() { printf '== %s\n' "$*"; }

if [ ! -f "$home/bench.py" ]; then
  [ -f "$shared/bench.py" ] || { echo "There is no breadboard in $shared; DESK_SHARED says where else." >&2; exit 1; }
  mkdir -p "$home"
  cp -R "$shared/." "$home"
  chmod -R u+w "$home"
fi

if [ ! -x "$home/linux-hil" ]; then
  say "the guest's kernel (about 8 minutes on two cores)"
  "$home/build_kernel.sh"
fi

if [ ! -f "$home/python/lgpio.py" ]; then
  say "lgpio, beside the virtual environment: other tests are about machines without pins"
  "$PYTHON" -m pip install --quiet --disable-pip-version-check --target "$home/python" "lgpio>=0.2.2"
fi

for program in arecord:alsa-utils mosquitto:mosquitto mosquitto_sub:mosquitto-clients; do
  if ! command -v "${program%:*}" >/dev/null 2>&1 && [ ! -x "/usr/sbin/${program%:*}" ]; then
    say "${program#*:}"
    apt-get install -y -qq --no-install-recommends "${program#*:}" >/dev/null
  fi
done
sh "$(dirname -- "$0")/make_debian.sh" "$home/debian"

say "the guest is ready in $home: make hil"
