// Start: nothing. `--help` of every modelled compose command, byte for byte as compose 2.40.3 prints it at 80 columns.

import {readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {commands} from '../../../source/programs/compose/commands/table.js';
import {composeHelp} from '../../../source/programs/compose/compose.js';
import {commandHelp} from '../../../source/programs/docker/command/usage.js';

const golden = JSON.parse(readFileSync(new URL('../../golden/docker/compose-help.json', import.meta.url), 'utf8')) as Record<string, string>;

function helpText(path: string): string {
	const name = path.split(' ')[2];
	const command = commands.get(name ?? '');
	return name === undefined ? composeHelp(80) : (command?.kind === 'command' ? commandHelp(command, {path, columns: 80}) : `${path} is missing`);
}

test.each(Object.keys(golden))('%s --help', path => {
	expect(helpText(path).trimEnd()).toBe(golden[path]!.trimEnd());
});
