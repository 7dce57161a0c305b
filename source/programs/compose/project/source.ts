// What loading a project needs of the outside: files, and somewhere for warnings.

import type {Refusal, Steps} from '../../docker/command/refusal.js';

export type Source = {
	/** A file's text, or Go's words for why not. */
	readonly read: (path: string) => Steps<string | Refusal>;
	readonly exists: (path: string) => boolean;
	/** A line of the log, at level warning. */
	readonly warn: (text: string) => Steps<void>;
};
