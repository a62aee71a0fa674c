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
  for part in base lid; do
    file=$out/$board-$part.stl
    # CGAL says `Simple: yes` of a body whose surface is closed and meets itself nowhere: it can be printed.
    if openscad -q --render -D "board=\"$board\"" -D "part=\"$part\"" -o "$file" "$here/case.scad" 2>"$file.log" &&
      ! grep -qi -e 'not manifold' -e 'not.*2-manifold' -e 'warning' -e 'error' "$file.log"; then echo "$board $part: closed"
    else echo "$board $part: NOT printable"; cat "$file.log"; bad=1; fi
  done
  $screen openscad -q -D "board=\"$board\"" -D 'part="both"' --imgsize=1200,750 --projection=p --viewall --autocenter \
    --camera=0,0,0,52,0,25,300 --colorscheme=Tomorrow -o "$here/$board.png" "$here/case.scad"
done
exit $bad
