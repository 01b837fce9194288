// All of a resident's visit in one file: together they pack better, and are asked for once.

import "./visit.js";
import "./camera.js";
