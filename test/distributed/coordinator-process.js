/* global console, process */
/** A coordinator until it is killed: module and options of estimateDistributed as JSON. Says how far it is. */
import { createHash } from "node:crypto";
import { stateToText } from "egop";
import { estimateDistributed } from "../../distributed/dist/index.js";

const [module, options] = process.argv.slice(2);
const onProgress = ({ samples }) => console.log(`samples ${samples}`);
const { estimate } = await estimateDistributed(module, { ...JSON.parse(options), onProgress });
console.log(`digest ${createHash("sha256").update(stateToText(estimate.state)).digest("hex")}`);
