#!/bin/sh
# Installs the station as a service, or takes it away again.  Says what it does before it does it.
#
#   sudo systemd/install.sh                 install, or bring up to date; running it twice changes nothing
#   sudo systemd/install.sh rollback        back to the version before; again: forward
#   sudo systemd/install.sh uninstall       the diary and the configuration stay
#   sudo systemd/install.sh uninstall --purge     they go, too
#   systemd/install.sh --dry-run            only say it
#
#   --yes  do not ask      --user  a user unit for desktop images instead of the system service
#   --no-boot  leave /boot alone      --wheels DIR  take packages from DIR instead of the network (the .deb does)
#   DESK_ROOT=DIR  everything below DIR (for tests: no users, no services, no apt)
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
source_dir=${DESK_SOURCE:-$(dirname -- "$here")}
root=${DESK_ROOT:-}
opt=$root/opt/desk-station
etc=$root/etc/desk-station
state=$root/var/lib/desk-station
unit=$root/etc/systemd/system/desk-station.service
user_unit=$root/etc/systemd/user/desk-station.service
rules=$root/etc/udev/rules.d/60-desk-station.rules
modules=$root/etc/modules-load.d/desk-station.conf
begin="# desk-station: begin (written by install.sh)"
end="# desk-station: end"
# pygame's wheel needs GLib, which a minimal system has not.
packages="python3-venv python3-lgpio alsa-utils libglib2.0-0t64|libglib2.0-0"

verb=install dry="" yes="" purge="" as_user="" boot=yes wheels="" packaged=""
while [ $# -gt 0 ]; do
  case $1 in
    install|rollback|uninstall) verb=$1 ;;
    --dry-run) dry=1 ;;
    --yes) yes=1 ;;
    --purge) purge=1 ;;
    --user) as_user=1 ;;
    --no-boot) boot="" ;;
    --packaged) packaged=1 ;;   # a package manager calls: it owns apt packages, and asks no questions
    --wheels) [ $# -ge 2 ] || { echo "--wheels needs a folder." >&2; exit 2; }; wheels=$2; shift ;;
    -h|--help) sed -n '2,13s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "install.sh does not know '$1'; install.sh --help says what it knows." >&2; exit 2 ;;
  esac
  shift
done

say() { printf '%s\n' "$*"; }
fail() { printf '%s\n' "$*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }
real() { [ -z "$root" ]; }   # no DESK_ROOT: this machine
manager() { real && [ -d /run/systemd/system ]; }   # systemd is running here (in a chroot it is not)

boot_file() {
  for file in "$root/boot/firmware/config.txt" "$root/boot/config.txt"; do
    if [ -f "$file" ]; then say "$file"; return; fi
  done
  return 0   # not a Pi
}

# A version is its number and eight digits of what it consists of: the same source is the same version.
version_of_source() {
  number=$(sed -n 's/^version = "\(.*\)"/\1/p' "$source_dir/pyproject.toml" 2>/dev/null || true)
  if [ -n "$wheels" ]; then
    for wheel in "$wheels"/desk_station-*.whl; do number=$(basename "$wheel" | cut -d- -f2); done
    sum=$(cd "$wheels" && sha256sum ./* | sha256sum)
  else
    sum=$(cd "$source_dir" && find pyproject.toml requirements.lock station hardware sounds -type f \
      ! -path '*/__pycache__/*' ! -name '*.pyc' -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum)
  fi
  python=$(python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')
  say "$number-$(printf %.8s "$sum")-py$python"
}

plan_install() {
  say "Desk Station $version will be installed:"
  if [ -z "$packaged" ] && real; then say "  packages   $(package_names)(apt, as far as they are missing)"; fi
  say "  program    $opt/versions/$version, and $opt/current points to it"
  if [ "$(readlink "$opt/current" 2>/dev/null || true)" = "versions/$version" ]; then say "             (both are there already)"
  elif [ -e "$opt/current" ]; then say "             the version before stays, for: install.sh rollback"; fi
  say "  user       desk-station, in the groups i2c, gpio, audio"
  if [ -e "$etc/desk-station.toml" ]; then say "  settings   $etc/desk-station.toml is yours and stays as it is"
  else say "  settings   $etc/desk-station.toml with every key and its meaning"; fi
  say "  diary      $state (a copy is kept there before another version starts)"
  say "  devices    $rules, $modules"
  if [ -n "$boot" ] && [ -n "$(boot_file)" ]; then say "  I2C        on, at 400 kHz, in $(boot_file) (from the next start of the Pi on)"; fi
  if [ -n "$as_user" ]; then say "  service    $user_unit (start it as yourself; see systemd/README.md)"
  else say "  service    $unit, started now and at every start"; fi
}

plan_uninstall() {
  say "Desk Station will be removed: service, program in $opt, devices' rules, its lines in the Pi's config.txt."
  if [ -n "$purge" ]; then say "Its diary in $state, its settings in $etc and its user go, too. That cannot be undone."
  else say "The diary in $state and the settings in $etc stay. (--purge removes them, too.)"; fi
}

ask() {
  [ -n "$dry" ] && exit 0
  if real && [ "$(id -u)" != 0 ]; then fail "This needs root:  sudo $0 $verb"; fi
  if [ -z "$yes$packaged" ] && [ -t 0 ]; then
    printf 'Go on? [y/N] '; read -r answer
    case $answer in y|Y|j|J|yes|ja) ;; *) say "Nothing was changed."; exit 0 ;; esac
  fi
}

in_sources() { [ -n "$(apt-cache show "$1" 2>/dev/null)" ]; }

# As this system calls them: a package with two names has the first in Debian 13, the second in 12.
package_names() {
  for package in $packages; do
    case $package in *"|"*) if in_sources "${package%|*}"; then package=${package%|*}; else package=${package#*|}; fi ;; esac
    printf '%s ' "$package"
  done
}

system_packages() {
  if [ -n "$packaged" ] || ! real || ! have apt-get; then return; fi
  missing=""
  for package in $(package_names); do
    if dpkg -s "$package" >/dev/null 2>&1; then continue; fi
    # Raspberry Pi OS has python3-lgpio, plain Debian 13 has not: there is no pin to move there either.
    if in_sources "$package"; then missing="$missing $package"
    else say "Not in this system's sources, left out: $package"; fi
  done
  if [ -z "$missing" ]; then return; fi
  say "Installing:$missing"
  # shellcheck disable=SC2086
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null ||
    fail "Could not install$missing. Try:  sudo apt-get update && sudo apt-get install$missing"
}

program() {
  target=$opt/versions/$version
  if [ -e "$target/.complete" ]; then say "Program: $version is there."; return; fi
  say "Program: making $target (a few minutes on a Pi) ..."
  rm -rf "$target"
  mkdir -p "$opt/versions"
  python3 -c 'import ensurepip' 2>/dev/null || fail "Python's venv module is missing:  sudo apt install python3-venv"
  # Raspberry Pi OS has the only lgpio for Python 3.13: the venv may see the system's packages, but has its own of all others.
  python3 -m venv --system-site-packages "$target"
  pip="$target/bin/python -m pip install --quiet --disable-pip-version-check --no-compile --ignore-installed"
  if [ -n "$wheels" ]; then
    $pip --no-index --find-links "$wheels" --no-deps -r "$wheels/../requirements.txt" || failed
    $pip --no-index --no-deps "$wheels"/desk_station-*.whl || failed
  else
    $pip --require-hashes -r "$source_dir/requirements.lock" || failed
    # Built from a copy: nothing is written into your checkout.
    copy=$(mktemp -d)
    (cd "$source_dir" && cp -R pyproject.toml README.md LICENSE station hardware sounds "$copy")
    $pip --no-deps --no-build-isolation "$copy" || { rm -rf "$copy"; failed; }
    rm -rf "$copy"
  fi
  # A program that only root may write has no other chance to get its .pyc: without them every start takes 2.4 × as long.
  "$target/bin/python" -m compileall -q -j 0 "$target/lib" >/dev/null 2>&1 || true
  "$target/bin/desk-station" --version >/dev/null || failed
  mkdir -p "$target/share"
  cp "$here/install.sh" "$here/desk-station.service" "$here/desk-station-user.service" "$here/60-desk-station.rules" "$target/share/"
  : > "$target/.complete"
}

failed() {
  rm -rf "$target"
  fail "The program could not be installed; nothing else was changed, and a version that ran before goes on."
}

# Diary first, then the link: whoever loses power in between has the old version and all of the diary.
activate() {
  was=$(readlink "$opt/current" 2>/dev/null || true)
  if [ "$was" = "versions/$version" ]; then return; fi
  stop
  if [ -f "$state/history.db" ] && [ -n "$was" ]; then
    keep_diary "$(basename "$was")"
    restore_diary "$version" "$(basename "$was")"   # an older version, installed over a newer one
  fi
  [ -z "$was" ] || ln -sfn "$was" "$opt/previous"
  ln -sfn "versions/$version" "$opt/current.new"
  mv -T "$opt/current.new" "$opt/current"
  tidy
}

keep_diary() {
  kept=$state/before-upgrade
  mkdir -p "$kept"
  "$opt/versions/$version/bin/python" - "$state/history.db" "$kept/$1.db" <<'PYTHON'
import sqlite3, sys
with sqlite3.connect(sys.argv[1]) as diary, sqlite3.connect(sys.argv[2]) as copy:
    diary.backup(copy)
PYTHON
  if real; then chown -R desk-station:desk-station "$kept"; fi
  say "Diary: a copy is kept in $kept/$1.db."
}

# The two that are linked stay; older ones go.
tidy() {
  for folder in "$opt"/versions/*; do
    name=versions/$(basename "$folder")
    if [ "$name" != "$(readlink "$opt/current")" ] && [ "$name" != "$(readlink "$opt/previous" 2>/dev/null || true)" ]; then
      rm -rf "$folder"
    fi
  done
}

account() {
  real || return 0
  for group in i2c gpio audio; do
    getent group "$group" >/dev/null || groupadd --system "$group"
  done
  if ! getent passwd desk-station >/dev/null; then
    useradd --system --user-group --home-dir /var/lib/desk-station --no-create-home --shell /usr/sbin/nologin desk-station
  fi
  usermod -a -G i2c,gpio,audio desk-station
}

settings() {
  mkdir -p "$etc"
  if [ ! -e "$etc/desk-station.toml" ]; then
    "$opt/versions/$version/bin/desk-station" config --default > "$etc/desk-station.toml.new"
    if [ -z "$as_user" ]; then   # also for `check` and `calibrate` by hand, which no service manager tells
      sed -i 's|^state_dir = ""|state_dir = "/var/lib/desk-station"|' "$etc/desk-station.toml.new"
    fi
    card=$(sound_card)
    if [ -n "$card" ]; then
      # By its name: numbers change with the order in which cards are found.
      sed -i "s|^sinks = \[\"\"\]|sinks = [\"plughw:CARD=$card\", \"\"]|" "$etc/desk-station.toml.new"
      say "Sound: the card $card, by its name."
    fi
    mv "$etc/desk-station.toml.new" "$etc/desk-station.toml"
  fi
  # It may hold the broker's password: root writes it, the station reads it.
  if real; then chown root:desk-station "$etc/desk-station.toml"; chmod 0640 "$etc/desk-station.toml"; fi
}

# The first card that is not a screen: a screen's speaker goes when the screen does.
sound_card() {
  cards=$root/proc/asound/cards
  [ -r "$cards" ] || return 0
  sed -n 's/^ *[0-9][0-9]* \[\([^ ]*\) *\].*/\1/p' "$cards" | grep -vi -e hdmi -e '^Loopback$' | head -1
}

put() {   # put FILE WHERE: only when it differs
  if cmp -s "$1" "$2" 2>/dev/null; then return; fi
  mkdir -p "$(dirname "$2")"
  cp "$1" "$2.new" && chmod 0644 "$2.new" && mv "$2.new" "$2"
  say "Written: $2"
}

devices() {
  put "$here/60-desk-station.rules" "$rules"
  wanted=$(mktemp)
  printf '# The ADS1115 is reached through /dev/i2c-1.\ni2c-dev\n' > "$wanted"
  put "$wanted" "$modules"
  rm -f "$wanted"
  if real && have udevadm && [ -d /run/udev ]; then
    udevadm control --reload || true
    udevadm trigger --subsystem-match=i2c-dev --subsystem-match=gpio || true
  fi
  if [ -n "$boot" ]; then i2c_speed; fi
}

without_block() { sed "/^$begin\$/,/^$end\$/d" "$1"; }

i2c_speed() {
  file=$(boot_file)
  [ -n "$file" ] || return 0
  { without_block "$file"; printf '%s\n' "$begin" "[all]" "dtparam=i2c_arm=on,i2c_arm_baudrate=400000" "$end"; } > "$file.desk"
  if cmp -s "$file" "$file.desk"; then rm -f "$file.desk"; return; fi
  cp -p "$file" "$file.before-desk-station"
  mv "$file.desk" "$file"
  say "Written: $file (the version before: $file.before-desk-station). Restart the Pi once."
}

service() {
  if [ -n "$as_user" ]; then
    put "$here/desk-station-user.service" "$user_unit"
    say "Now, as yourself:  systemctl --user enable --now desk-station  &&  loginctl enable-linger"
    return
  fi
  # A new version was stopped for the change and only has to start; one that runs as it should is left in peace.
  how=restart
  if cmp -s "$here/desk-station.service" "$unit"; then how=start; fi
  put "$here/desk-station.service" "$unit"
  manager || return 0
  systemctl daemon-reload
  systemctl enable --quiet desk-station
  systemctl "$how" desk-station || true
}

stop() {
  if manager; then systemctl stop desk-station 2>/dev/null || true; fi
}

start() {
  if manager && [ -e "$unit" ]; then systemctl start desk-station || true; fi
}

install_it() {
  version=$(version_of_source)
  plan_install
  ask
  system_packages
  program
  account
  settings
  mkdir -p "$state"
  if real; then chown desk-station:desk-station "$state"; chmod 0700 "$state"; fi
  activate
  devices
  service
  mkdir -p "$root/usr/local/bin"
  command_at=/opt/desk-station/current/bin/desk-station
  if [ "$(readlink "$root/usr/local/bin/desk-station" 2>/dev/null || true)" != "$command_at" ]; then
    ln -sfn "$command_at" "$root/usr/local/bin/desk-station"
  fi
  say ""
  say "Done: desk-station $version. Next:"
  say "  1. say in $etc/desk-station.toml how it is powered ([sensor] power) and which sensor you have"
  say "  2. sudo -u desk-station desk-station check --config /etc/desk-station/desk-station.toml"
  say "  3. sudo systemctl restart desk-station"
}

rollback_it() {
  before=$(readlink "$opt/previous" 2>/dev/null || true)
  now=$(readlink "$opt/current" 2>/dev/null || true)
  if [ -z "$before" ] || [ ! -d "$opt/$before" ]; then fail "There is no version before: $opt/previous leads nowhere."; fi
  say "Desk Station goes back from $(basename "$now") to $(basename "$before"). The diary stays."
  ask
  stop
  restore_diary "$(basename "$before")" "$(basename "$now")"
  ln -sfn "$now" "$opt/previous"
  ln -sfn "$before" "$opt/current.new"
  mv -T "$opt/current.new" "$opt/current"
  if [ -e "$unit" ] && [ -f "$opt/current/share/desk-station.service" ]; then put "$opt/current/share/desk-station.service" "$unit"; fi
  if manager; then systemctl daemon-reload; fi
  start
  say "Done. Forward again:  install.sh rollback"
}

# An older version cannot read a diary that a newer one has rearranged: then, and only then, its copy comes back.
restore_diary() {
  [ -f "$state/history.db" ] && [ -f "$state/before-upgrade/$1.db" ] || return 0
  form='import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute("pragma user_version").fetchone()[0])'
  python="$opt/current/bin/python"
  is=$("$python" -c "$form" "$state/history.db")
  kept=$("$python" -c "$form" "$state/before-upgrade/$1.db")
  # Forward again: the diary that went on is brought up to date; what the newer version had written is not in it.
  if [ "$is" -lt "$kept" ]; then say "Diary: what $1 wrote before you went back waits in $state/before-upgrade/$1.db."; fi
  if [ "$is" -le "$kept" ]; then return; fi
  aside=$state/before-upgrade/$2.db
  mv "$state/history.db" "$aside"
  rm -f "$state/history.db-wal" "$state/history.db-shm"
  cp -p "$state/before-upgrade/$1.db" "$state/history.db"
  say "Diary: the newer one waits in $aside; the one from before the upgrade is back."
}

uninstall_it() {
  plan_uninstall
  ask
  if manager; then systemctl disable --quiet --now desk-station 2>/dev/null || true; fi
  rm -rf "$opt"
  rm -f "$unit" "$user_unit" "$rules" "$modules"
  if [ "$(readlink "$root/usr/local/bin/desk-station" 2>/dev/null)" = /opt/desk-station/current/bin/desk-station ]; then
    rm -f "$root/usr/local/bin/desk-station"
  fi
  file=$(boot_file)
  if [ -n "$file" ] && grep -q "^$begin\$" "$file"; then
    without_block "$file" > "$file.desk" && mv "$file.desk" "$file"
  fi
  if manager; then systemctl daemon-reload; fi
  if [ -n "$purge" ]; then
    rm -rf "$state" "$etc"
    if real && getent passwd desk-station >/dev/null; then userdel desk-station; fi
  fi
  say "Done."
}

case $verb in
  install) install_it ;;
  rollback) rollback_it ;;
  uninstall) uninstall_it ;;
esac
