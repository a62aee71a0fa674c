// Pages that only read: the bar and the state's word come alive.

import "./desk.js";
