// The script of the review page: begins what the page that one is on needs.

import { startKeys } from "./keys.js";
import { live } from "./live.js";
import { kind } from "./page.js";
import { person } from "./person.js";
import { queue } from "./queue.js";
import { result } from "./result.js";
import { results } from "./results.js";

const sheet = { queue, result, results }[kind];

person.start();
startKeys(sheet);
sheet?.start();
live.start();
