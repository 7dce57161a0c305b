// Start: nothing. `--help` of every modelled command, byte for byte as docker 28.2.2 with buildx 0.29.1 prints it at 80 columns.

import {expect, test} from 'vitest';
import {readFileSync} from 'node:fs';
import {commandHelp, groupHelp} from '../../../source/programs/docker/command/usage.js';
import {lookUp} from '../../../source/programs/docker/command/dispatch.js';
import {rootCommands} from '../../../source/programs/docker/command-table.js';
import {rootHelp} from '../../../source/programs/docker/docker.js';
import type {Node} from '../../../source/programs/docker/command/command.js';
import {processWith} from './process-double.js';

const golden = JSON.parse(readFileSync(new URL('../../golden/docker/help.json', import.meta.url), 'utf8')) as Record<string, string>;

function helpText(path: string): string {
	const [, ...words] = path.split(' ');
	if (words.length === 0) {
		return rootHelp(processWith({env: {HOME: '/home/learner'}}));
	}

	let node: Node | undefined = rootCommands.get(words[0]!);
	for (const word of words.slice(1)) {
		node = node?.kind === 'group' ? lookUp(node, word) : undefined;
	}

	const style = {path, columns: 80};
	return node?.kind === 'command' ? commandHelp(node, style) : (node?.kind === 'group' ? groupHelp(node, style) : `${path} is missing`);
}

test.each(Object.keys(golden))('%s --help', path => {
	expect(helpText(path)).toBe(golden[path]);
});
