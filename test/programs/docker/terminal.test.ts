// Start: a learner at the terminal of a host with docker. Containers with a terminal of their own, Ctrl-C and Ctrl-D.

import {expect, test} from 'vitest';
import {decodeText} from '../../../source/base/bytes.js';
import type {Action} from '../../../source/session/action.js';
import {apply, startSession} from '../../../source/session/apply.js';
import type {Session} from '../../../source/session/session.js';

class Terminal {
	#session: Session;

	constructor() {
		this.#session = startSession({lab: undefined, scenario: 'default', seed: 1, learner: 'test', interactive: true, columns: 80, rows: 24}).session;
	}

	/** What the terminal shows after an action. */
	do(action: Action): string {
		const applied = apply(this.#session, action);
		this.#session = applied.session;
		return applied.output.map(({bytes}) => decodeText(bytes)).join('').replaceAll('\r', '');
	}

	type(text: string): string {
		return this.do({type: 'line', text});
	}
}

test('a shell in a container has a terminal of the learner\'s size and gives its exit status', () => {
	const terminal = new Terminal();
	terminal.type('docker pull -q busybox');
	expect(terminal.type('docker run -it --rm busybox sh')).toBe('docker run -it --rm busybox sh\n/ # ');
	expect(terminal.type('tty; stty size')).toBe('tty; stty size\n/dev/pts/0\n24 80\n/ # ');
	expect(terminal.do({type: 'interrupt'})).toBe('^C\n/ # ');
	expect(terminal.type('exit 3')).toBe('exit 3\nlearner@lab:~$ ');
	expect(terminal.type('echo $?')).toBe('echo $?\n3\nlearner@lab:~$ ');
});

test('Ctrl-D ends a shell that exec opened, and the container runs on', () => {
	const terminal = new Terminal();
	terminal.type('docker pull -q busybox');
	terminal.type('docker run -d --name web busybox sleep 100000');
	expect(terminal.type('docker exec -it web sh')).toBe('docker exec -it web sh\n/ # ');
	expect(terminal.do({type: 'end-of-input'})).toBe('learner@lab:~$ ');
	expect(terminal.type('docker ps --format "{{.Names}} {{.State}}"')).toBe('docker ps --format "{{.Names}} {{.State}}"\nweb running\nlearner@lab:~$ ');
});

test('prune asks first, and no is no', () => {
	const terminal = new Terminal();
	terminal.type('docker pull -q busybox; docker run --name old busybox true');
	expect(terminal.type('docker container prune')).toBe('docker container prune\nWARNING! This will remove all stopped containers.\nAre you sure you want to continue? [y/N] ');
	expect(terminal.type('n')).toBe('n\nlearner@lab:~$ ');
	expect(terminal.type('docker ps -aq | wc -l')).toBe('docker ps -aq | wc -l\n1\nlearner@lab:~$ ');
});

test('a pull on a terminal gives each layer a line that is written over', () => {
	const shown = new Terminal().type('docker pull busybox');
	expect(shown).toMatch(/\n\u001B\[1A\u001B\[2K\r?[\da-f]{12}: Pulling fs layer \u001B\[1B/v);
	expect(shown.split('\n').slice(-4)).toEqual([
		expect.stringMatching(/Digest: sha256:[\da-f]{64}$/v), 'Status: Downloaded newer image for busybox:latest', 'docker.io/library/busybox:latest', 'learner@lab:~$ ',
	]);
});
