#!/bin/sh
# Builds dist/desk-station_VERSION_ARCH.deb: wheels for Python 3.11 and 3.13, and install.sh which installs from them.
#
#   systemd/build-deb.sh amd64|arm64 [VERSION]      needs python3 with pip, dpkg-deb, and the network once
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
source_dir=$(dirname -- "$here")
python=${PYTHON:-python3}
arch=${1:-$(dpkg --print-architecture)}
version=${2:-$(sed -n 's/^version = "\(.*\)"/\1/p' "$source_dir/pyproject.toml")}
case $arch in
  amd64) platform=x86_64 ;;
  arm64) platform=aarch64 ;;
  *) echo "build-deb.sh knows amd64 and arm64, not '$arch'." >&2; exit 2 ;;
esac
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tree=$work/tree
share=$tree/usr/share/desk-station
mkdir -p "$share/wheels" "$tree/DEBIAN" "$tree/usr/share/doc/desk-station" "$source_dir/dist"

# The station itself: from a copy, so that nothing is written into the checkout.
mkdir "$work/source"
(cd "$source_dir" && cp -R pyproject.toml README.md LICENSE station hardware sounds "$work/source")
find "$work/source" -name __pycache__ -prune -exec rm -rf {} +
sed -i "s/^version = .*/version = \"$version\"/" "$work/source/pyproject.toml"
$python -m pip wheel --quiet --no-deps --wheel-dir "$share/wheels" "$work/source"

# Everything it needs, checked by hash here; what dpkg carries is then dpkg's to check.  A package with a single hash has
# no wheel of its own (pure Python): it is built.  All others come as wheels for both Pythons; the Pi compiles nothing.
sed -n 's/^\([a-z0-9-]*==[^ ]*\) .*/\1/p' "$source_dir/requirements.lock" > "$share/requirements.txt"
awk -v one="$work/one.lock" -v many="$work/many.lock" '
  function flush() { if (name) print block > (hashes > 1 ? many : one) }
  /^[a-z]/ { flush(); name = $0; block = $0; hashes = 0; next }
  { block = block "\n" $0 } /--hash/ { hashes++ }
  END { flush() }' "$source_dir/requirements.lock"
$python -m pip wheel --quiet --require-hashes --no-deps --wheel-dir "$share/wheels" -r "$work/one.lock"
for number in 3.11 3.13; do
  $python -m pip download --quiet --require-hashes --no-deps --only-binary=:all: --dest "$share/wheels" \
    --python-version "$number" --implementation cp --abi "cp$(printf %s "$number" | tr -d .)" --abi abi3 --abi none \
    --platform "manylinux1_$platform" --platform "manylinux2014_$platform" --platform "manylinux_2_17_$platform" \
    --platform "manylinux_2_26_$platform" --platform "manylinux_2_27_$platform" --platform "manylinux_2_28_$platform" \
    --platform any -r "$work/many.lock"
done

cp "$here/install.sh" "$here/desk-station.service" "$here/desk-station-user.service" "$here/60-desk-station.rules" "$share/"
cp "$source_dir/LICENSE" "$tree/usr/share/doc/desk-station/copyright"
gzip -9nc "$source_dir/CHANGELOG.md" > "$tree/usr/share/doc/desk-station/changelog.gz"

cat > "$tree/DEBIAN/control" <<CONTROL
Package: desk-station
Version: $version
Architecture: $arch
Maintainer: The Desk Station authors <desk-station@localhost>
Installed-Size: $(du -sk "$tree" | cut -f1)
Depends: python3 (>= 3.11), python3-venv, passwd, libglib2.0-0t64 | libglib2.0-0
Recommends: python3-lgpio, alsa-utils
Section: misc
Priority: optional
Description: feels shoulder tension, offers a pause
 A small device for a desk: a sensor on the neck-and-shoulder muscle tells a
 Raspberry Pi how much rest the muscle gets; a light and one soft chime offer a
 pause, a press of a button starts a guided exercise. Everything stays on the
 device. A general-wellness device, not a medical device.
CONTROL

# A new version is made beside the old one, which runs until the link is turned.
cat > "$tree/DEBIAN/postinst" <<'SCRIPT'
#!/bin/sh
set -e
if [ "$1" = configure ]; then
  /usr/share/desk-station/install.sh install --yes --packaged --wheels /usr/share/desk-station/wheels
fi
SCRIPT
cat > "$tree/DEBIAN/prerm" <<'SCRIPT'
#!/bin/sh
set -e
if [ "$1" = remove ]; then
  /usr/share/desk-station/install.sh uninstall --yes --packaged
fi
SCRIPT
cat > "$tree/DEBIAN/postrm" <<'SCRIPT'
#!/bin/sh
set -e
if [ "$1" = purge ]; then
  rm -rf /var/lib/desk-station /etc/desk-station
  if getent passwd desk-station >/dev/null; then userdel desk-station; fi
fi
SCRIPT
chmod 0755 "$tree/DEBIAN/postinst" "$tree/DEBIAN/prerm" "$tree/DEBIAN/postrm"
# The wheels are compressed already; squeezing harder takes minutes and saves nothing.
dpkg-deb --root-owner-group -Zgzip -z1 --build "$tree" "$source_dir/dist/desk-station_${version}_$arch.deb" >/dev/null
echo "dist/desk-station_${version}_$arch.deb"
