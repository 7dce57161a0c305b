// virsh: libvirt's command line. It runs one command, several in one argument, or the lines that it reads.
// Source: libvirt 9.0 tools/virsh.c, tools/vsh.c.

import {failed} from '../../model/kernel/errno.js';
import type {Process, Running} from '../../model/kernel/program.js';
import {libvirtVersion} from '../libvirt/qemu-driver.js';
import {type Blocking, LineReader, Output} from '../standard-io.js';
import {type Call, Virsh} from './command.js';
import {type Invocation, readCalls, readInvocation} from './command-line.js';
import {commandGroups} from './command-table.js';
import {defaultUri, openConnection} from './connect.js';
import {helpOfGroups} from './help-command.js';

export function * virsh(process: Process): Running {
	const out = new Output(process, 1);
	const errors = new Output(process, 2);
	const status = yield * run(process, out, errors);
	yield * out.flush();
	yield * errors.flush();
	return status;
}

function * run(process: Process, out: Output, errors: Output): Running {
	const invocation = readInvocation(process.argv);
	if (typeof invocation === 'string') {
		yield * errors.print(`error: ${invocation}\n`);
		return 1;
	}

	if (invocation.show !== undefined) {
		yield * out.print(invocation.show === 'version' ? `${libvirtVersion}\n` : usage);
		return 0;
	}

	const calls = readCalls(invocation.words);
	if (typeof calls === 'string') {
		yield * errors.print(`error: ${calls}\n`);
		return 1;
	}

	const client = yield * connected({process, out, errors, invocation});
	if (client === undefined) {
		return 1;
	}

	return invocation.words.length === 0 ? yield * interact(client) : yield * perform(client, calls);
}

type Start = {readonly process: Process; readonly out: Output; readonly errors: Output; readonly invocation: Invocation};

function * connected({process, out, errors, invocation}: Start): Blocking<Virsh | undefined> {
	const connection = yield * openConnection(process, invocation.uri ?? defaultUri(process));
	if ('errors' in connection) {
		yield * errors.print([...connection.warnings, ...connection.errors.map(text => `error: ${text}`)].map(line => `${line}\n`).join(''));
		return undefined;
	}

	return new Virsh({process, out, errors, isQuiet: invocation.isQuiet, connection});
}

/** Runs commands one after the other; the last one decides the exit status. */
function * perform(client: Virsh, calls: readonly Call[]): Running {
	let isDone = true;
	for (const {command, given} of calls) {
		isDone = yield * command.run(client, given);
		yield * client.printExtra('\n');
		yield * client.out.flush();
	}

	return isDone ? 0 : 1;
}

const prompt = 'virsh # ';

/** A line of commands after the other, until the end of the input or `quit`. */
function * interact(client: Virsh): Running {
	const {process} = client;
	yield * client.printExtra(welcome);
	const input = new LineReader(process, 0);
	for (;;) {
		yield * client.print(prompt);
		yield * client.out.flush();
		const line = yield * input.next();
		if (line === undefined || failed(line)) {
			yield * client.print('\n');
			return 0;
		}

		const calls = readCalls([line.text]);
		if (typeof calls === 'string') {
			yield * client.fail(calls);
			continue;
		}

		if (calls.some(({command}) => command.name === 'quit' || command.name === 'exit')) {
			return 0;
		}

		yield * perform(client, calls);
	}
}

const welcome = `Welcome to virsh, the virtualization interactive terminal.

Type:  'help' for help with commands
       'quit' to quit

`;

const usage = `
virsh [options]... [<command_string>]
virsh [options]... <command> [args...]

  options:
    -c | --connect=URI      hypervisor connection URI
    -h | --help             this help
    -q | --quiet            quiet mode
    -v                      short version
  commands (non interactive mode):

${helpOfGroups(commandGroups)}
`;
