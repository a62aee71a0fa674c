#!/bin/sh
# What the tests need from the system.  Installs it as root or with sudo; otherwise says in one sentence what to do.
set -u
missing=""
command -v mosquitto >/dev/null 2>&1 || [ -x /usr/sbin/mosquitto ] || missing="$missing mosquitto"
command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
# The daemon on a real file descriptor of /dev/i2c-1 (tests/hardware/i2c_device_file.py), by the system's own Python.
/usr/bin/python3 -c "import gi; gi.require_version('UMockdev', '1.0')" 2>/dev/null && command -v umockdev-wrapper >/dev/null 2>&1 ||
  missing="$missing umockdev gir1.2-umockdev-1.0 python3-gi"
[ -z "$missing" ] && exit 0
if [ "$(id -u)" = 0 ]; then run=""
elif command -v sudo >/dev/null 2>&1 && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then run="sudo"
else
  echo "The tests need:$missing. Please install it (sudo apt install$missing) and run again; without it those tests are skipped."
  exit 0
fi
echo "Installing for the tests:$missing"
# policy-rc.d keeps a freshly installed broker from starting as a service: the tests start their own.
policy=/usr/sbin/policy-rc.d; made=""
if [ ! -e "$policy" ]; then printf '#!/bin/sh\nexit 101\n' | $run tee "$policy" >/dev/null && $run chmod +x "$policy" && made=1; fi
{ $run apt-get update -qq && $run env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing; } >/dev/null 2>&1 \
  || echo "Could not install$missing (is apt-get available?); the tests that need it are skipped."
[ -n "$made" ] && $run rm -f "$policy"
exit 0
