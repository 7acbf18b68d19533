/* global console, process */
/** A worker until it is killed: the options of startWorker as JSON. */
import { startWorker } from "../../distributed/dist/index.js";

const worker = await startWorker({ ...JSON.parse(process.argv[2]), onLine: (line) => console.log(line) });
process.on("SIGTERM", () => void worker.close());
