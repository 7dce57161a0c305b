// One run of compose: who speaks to the engine, what was said before the command's name, and where the progress goes.

import type {Client} from '../../docker/client/client.js';
import type {Flags} from '../../docker/command/flag-set.js';
import type {Progress} from '../output/progress.js';

export type Compose = {
	readonly client: Client;
	/** The flags between `compose` and the command. */
	readonly globals: Flags;
	readonly progress: Progress;
};

export const composeVersion = '2.40.3';
