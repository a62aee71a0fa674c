// A case for the desk station: the Pi below, the sensor boards beside it, button, light and speaker in the lid.
//
//   openscad -D 'board="zero2w"' -D 'part="base"' -o base.stl case.scad        (see README.md, or render.sh for all)
//
// The idea that matters: with electrodes nothing but the power bank may be plugged in.  `closed = true` (the default)
// leaves out every opening but the one for power, so that the rule is built in.

board  = "zero2w";   // "zero2w" | "pi4" | "pi5"
part   = "both";     // "base" | "lid" | "both" (both: side by side, for a picture and for one print)
closed = true;       // only the power socket is open; false opens every socket (pressure pad on the mains)

button_d  = 16.2;    // hole for the button's thread, mm
light_d   = 8.2;     // hole for the light: 5 mm LED in a holder; 0 leaves it out
speaker_d = 28;      // field of holes above the speaker; 0 leaves it out
cable_d   = 5;       // the sensor's cable
annex     = 36;      // room beside the Pi for the ADS1115 and the front end, mm
height    = 30;      // inner height, mm

wall  = 2.0;         // five lines of a 0.4 mm nozzle
floor_h = 2.0;
gap   = 1.0;         // around the board
fit   = 0.25;        // between lid and base
stand = 4.0;         // under the board: room for solder and air
pcb   = 1.4;
$fn   = 48;

// --- boards: millimetres from the corner at the SD card, header away from you (Raspberry Pi mechanical drawings) ---
zero = board == "zero2w";
size = zero ? [65, 30] : [85, 56];
holes = zero ? [[3.5, 3.5], [61.5, 3.5], [3.5, 26.5], [61.5, 26.5]]
             : [[3.5, 3.5], [61.5, 3.5], [3.5, 52.5], [61.5, 52.5]];
// [middle along the edge, width, height, is it power?], height counted from the board's upper side
front = zero ? [[12.4, 13, 5, false], [41.4, 10, 5, false], [54.0, 10, 5, true]]
      : board == "pi4" ? [[11.2, 11, 5, true], [26.0, 9, 5, false], [39.5, 9, 5, false], [54.0, 8, 7.5, false]]
                       : [[11.2, 11, 5, true], [25.8, 9, 5, false], [39.2, 9, 5, false]];
side  = zero ? []
      : board == "pi4" ? [[9.0, 15.5, 17, false], [27.0, 15.5, 17, false], [45.75, 17, 15, false]]
                       : [[10.2, 17, 15, false], [29.1, 15.5, 17, false], [47.0, 15.5, 17, false]];
card  = zero ? 16.9 : 28.0;   // middle of the SD card's edge

// --- what follows from them -------------------------------------------------------------------------------------
inner = [size[0] + 2 * gap, size[1] + 2 * gap + annex];
outer = [inner[0] + 2 * wall, inner[1] + 2 * wall];
at = [wall + gap, wall + gap];                       // the board's corner
deck = floor_h + stand + pcb;                        // the board's upper side
top = floor_h + height;
posts = [[wall + 2.6, outer[1] - wall - 2.6], [outer[0] - wall - 2.6, outer[1] - wall - 2.6],
         [wall + 2.6, at[1] + size[1] + 5], [outer[0] - wall - 2.6, at[1] + size[1] + 5]];

module rounded(w, l, h, r = 4) {
  linear_extrude(h) offset(r) offset(-r) square([w, l]);
}

module standoff(h, outside, hole) {
  difference() {
    cylinder(d = outside, h = h);
    translate([0, 0, -0.01]) cylinder(d = hole, h = h + 0.02);
  }
}

// An opening in a wall: it begins a little below the board's upper side, where plugs have their collars.
module opening(width, high) {
  translate([-width / 2, 0, -1]) cube([width, 6, high + 1]);
}

module base() {
  difference() {
    union() {
      difference() {
        rounded(outer[0], outer[1], top);
        translate([wall, wall, floor_h]) rounded(inner[0], inner[1], height + 1, 2.5);
      }
      // Each stands a hair's breadth in the floor, so that all of it is one body.
      for (h = holes) translate([at[0] + h[0], at[1] + h[1], floor_h - 0.2]) cylinder(d = 6, h = stand + 0.2);
      for (p = posts) translate([p[0], p[1], floor_h - 0.2]) cylinder(d = 6.4, h = height + 0.2);
    }
    for (h = holes) translate([at[0] + h[0], at[1] + h[1], 0.8]) cylinder(d = 2.1, h = stand + 4);   // M2.5, self-tapping
    for (p = posts) translate([p[0], p[1], floor_h + 4]) cylinder(d = 2.1, h = height);
    for (f = front) if (f[3] || !closed)
      translate([at[0] + f[0], -1, deck]) opening(f[1], f[2]);
    for (s = side) if (s[3] || !closed)
      translate([outer[0] + 1, at[1] + s[0], deck]) rotate(90) opening(s[1], s[2]);
    if (!closed) translate([-1, at[1] + card - 7, floor_h + 1]) cube([wall + 2, 14, stand + 1.5]);
    // The sensor's cable comes in at the far side, through a hole, and is held by a tie through two slots.
    translate([outer[0] * 0.3, outer[1] - wall - 1, floor_h + 9]) rotate([-90, 0, 0]) cylinder(d = cable_d, h = wall + 2);
    for (x = [-5, 5]) translate([outer[0] * 0.3 + x - 1, outer[1] - wall - 7, -0.5]) cube([2, 4, floor_h + 1]);
    // Air: a Pi that is warm may stay below 60 °C without a fan.
    for (k = [0 : 6]) translate([at[0] + size[0] * 0.22 + 6 * k, at[1] + size[1] * 0.25, -0.5])
      rounded(2, size[1] * 0.5, floor_h + 1, 0.9);
  }
}

module lid() {
  difference() {
    union() {
      rounded(outer[0], outer[1], 2);
      translate([wall + fit, wall + fit, 1.8]) difference() {
        rounded(inner[0] - 2 * fit, inner[1] - 2 * fit, 3, 2.3);
        translate([1.6, 1.6, -1]) rounded(inner[0] - 2 * fit - 3.2, inner[1] - 2 * fit - 3.2, 6, 1.5);
        for (p = posts) translate([outer[0] - p[0] - wall - fit, p[1] - wall - fit, -1]) cylinder(d = 7.6, h = 6);
      }
    }
    // Seen from inside, so left and right change places.
    for (p = posts) translate([outer[0] - p[0], p[1], -1]) {
      cylinder(d = 2.9, h = 6);
      translate([0, 0, 0.99]) cylinder(d1 = 5.4, d2 = 2.9, h = 1.4);
    }
    middle = at[1] + size[1] / 2;
    translate([outer[0] * 0.30, middle, -1]) cylinder(d = button_d, h = 6);
    if (light_d > 0) translate([outer[0] * 0.30, outer[1] - annex / 2 - wall, -1]) cylinder(d = light_d, h = 6);
    if (speaker_d > 0) translate([outer[0] * 0.70, outer[1] - annex / 2 - wall, -1])
      for (ring = [0 : 2]) for (k = [0 : max(0, 6 * ring - 1)])
        rotate(360 / max(1, 6 * ring) * k) translate([ring * speaker_d / 5.5, 0, 0]) cylinder(d = 2, h = 6, $fn = 16);
  }
}

if (part == "base") base();
else if (part == "lid") lid();
else {
  base();
  translate([outer[0] + 12, 0, 0]) lid();
}
