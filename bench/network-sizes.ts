/** The sizes of the networks of network-step.ts and of its peers; pytorch_network_step.py has them too. */

export const convolutional = { rows: 32, side: 8, window: 3, channels: 8, pooled: 8 * 4 * 4, classes: 10 } as const;

export const recurrent = { rows: 32, steps: 20, inputs: 8, width: 32, classes: 10 } as const;
