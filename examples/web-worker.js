// A Web Worker: the page sends a message and gets the two values, and stays responsive meanwhile.
/* global self */
import { compare } from "./adam-in-egop-coordinates.js";

self.onmessage = () => self.postMessage(compare());
