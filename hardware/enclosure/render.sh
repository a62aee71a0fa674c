#!/bin/sh
# Renders the pictures of this folder, and the parts to print into a folder of your choice; says what is not printable.
#
#   hardware/enclosure/render.sh [FOLDER]      needs openscad (apt install openscad xvfb); FOLDER is tests/out otherwise
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
out=${1:-$here/../../tests/out/enclosure}
mkdir -p "$out"
screen=""
if [ -z "${DISPLAY:-}" ] && command -v xvfb-run >/dev/null; then screen="xvfb-run -a"; fi
bad=0
for board in zero2w pi4 pi5; do
  for form in base-closed base-open lid; do
    closed=true
    if [ $form = base-open ]; then closed=false; fi
    file=$out/$board-$form.stl
    # OpenSCAD refuses most of what is not a body; closed.py finds the rest.
    if openscad -q --render -D "board=\"$board\"" -D "part=\"${form%-*}\"" -D "closed=$closed" -o "$file" "$here/case.scad" \
      2>"$file.log" && ! grep -qi -e 'manifold' -e 'warning' -e 'error' "$file.log" &&
      python3 "$here/closed.py" "$file"; then
      rm -f "$file.log"
    else echo "$board $form: NOT printable"; cat "$file.log"; bad=1; fi
  done
done
# The Pi Zero with electrodes, the Pi 4 and 5 for a pressure pad on the mains.
picture() {
  $screen openscad -q -D "board=\"$1\"" -D 'part="both"' -D "closed=$2" --imgsize=1200,750 --projection=p --viewall --autocenter \
    --camera=0,0,0,52,0,25,300 --colorscheme=Tomorrow -o "$here/$1.png" "$here/case.scad"
}
picture zero2w true
picture pi4 false
picture pi5 false
exit $bad
