// The only place that imports Ink, so that its version is one file's business. React's production build is chosen by NODE_ENV, which
// the bundle fixes (scripts/build.mjs).

import './no-color.js';
import type {Readable, Writable} from 'node:stream';
import type {ReactNode} from 'react';
import {render, type Instance} from 'ink';

export {Box, Text, useCursor} from 'ink';
export {default as SelectInput} from 'ink-select-input';
export {default as TextInput} from 'ink-text-input';

/**
 * Draws `node` on a whole screen. `stdout` says `columns` and `rows`, and emits `resize`. The alternate screen is entered by
 * full-screen.ts, not by Ink: it must outlive one drawing (menu, lab, menu), and must be left before the text of an exception is printed.
 */
export function renderFullScreen(node: ReactNode, {stdin, stdout}: {readonly stdin: Readable; readonly stdout: Writable}): Instance {
	const options = {
		stdin: stdin as unknown as NodeJS.ReadStream,
		stdout: stdout as unknown as NodeJS.WriteStream,
		exitOnCtrlC: false,
		patchConsole: false,
		incrementalRendering: true,
		maxFps: 30,
		// Ink takes CI=1 for "nobody is looking".
		interactive: true,
	};
	return render(node, options);
}
