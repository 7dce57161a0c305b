// Start: a learner at the terminal of a host with docker. Compose with the display that it has on a terminal, and Ctrl-C.

import {expect, test} from 'vitest';
import {decodeText} from '../../../source/base/bytes.js';
import type {Action} from '../../../source/session/action.js';
import {apply, startSession} from '../../../source/session/apply.js';
import type {Session} from '../../../source/session/session.js';

class Terminal {
	#session: Session = startSession({lab: undefined, scenario: 'default', seed: 1, learner: 'test', interactive: true, columns: 60, rows: 24}).session;

	do(action: Action): string {
		const applied = apply(this.#session, action);
		this.#session = applied.session;
		return applied.output.map(({bytes}) => decodeText(bytes)).join('').replaceAll('\r', '');
	}

	type(text: string): string {
		return this.do({type: 'line', text});
	}

	/** The last picture that the display drew, without colours. */
	picture(text: string): string {
		return this.type(text).split('\u001B[?25l').at(-1)!.replaceAll(/\u001B\[[\?\d;]*[A-Za-z]/gv, '');
	}
}

const one = 'printf \'services:\\n  one: {image: busybox, command: sh -c "echo hello; exec sleep 100000", init: true}\\n  two: {image: busybox, command: sleep 100000, init: true, depends_on: [one]}\\n\' > compose.yaml';

function prepared(): Terminal {
	const terminal = new Terminal();
	terminal.type(`docker pull -q busybox; ${one}`);
	return terminal;
}

test('each thing has a line of its own that is written over, below a count', () => {
	const terminal = prepared();
	expect(terminal.picture('docker compose up -d')).toBe(`[+] Running 3/3
 ✔ Network learner_default  Created                    0.0s${' '}
 ✔ Container learner-one-1  Started                    0.0s${' '}
 ✔ Container learner-two-1  Started                    0.0s${' '}
learner@lab:~$ `);
	expect(terminal.picture('docker compose stop two')).toBe(`[+] Stopping 1/1
 ✔ Container learner-two-1  Stopped                    0.0s${' '}
learner@lab:~$ `);
	expect(terminal.picture('docker compose --progress plain start two')).toBe('docker compose --progress plain start two\n Container learner-two-1  Starting\n Container learner-two-1  Started\nlearner@lab:~$ ');
});

test('exec opens a terminal in the service\'s container', () => {
	const terminal = prepared();
	terminal.type('docker compose up -d');
	expect(terminal.type('docker compose exec one sh')).toBe('docker compose exec one sh\n/ # ');
	expect(terminal.type('tty; exit 4')).toBe('tty; exit 4\n/dev/pts/0\nlearner@lab:~$ ');
	expect(terminal.type('echo $?')).toBe('echo $?\n4\nlearner@lab:~$ ');
	expect(terminal.type('docker compose exec -T one tty')).toBe('docker compose exec -T one tty\nnot a tty\nlearner@lab:~$ ');
});

test('Ctrl-C stops what up shows', () => {
	const terminal = prepared();
	const shown = terminal.do({type: 'line', text: 'docker compose up', waitNs: 3_000_000_000});
	expect(shown).toContain('Attaching to one-1, two-1\n');
	expect(shown).toContain('\u001B[36mone-1  | \u001B[0mhello\n');
	const end = terminal.do({type: 'interrupt'}).replaceAll(/\u001B\[[\?\d;]*[A-Za-z]/gv, '');
	expect(end).toContain('^CGracefully Stopping... press Ctrl+C again to force\n');
	expect(end).toContain('[+] Stopping 2/2\n');
	expect(end).toContain('one-1 exited with code 143\n');
	expect(terminal.type('echo $?; docker compose ps -q')).toBe('echo $?; docker compose ps -q\n130\nlearner@lab:~$ ');
});

test('rm asks first', () => {
	const terminal = prepared();
	terminal.type('docker compose up -d; docker compose stop');
	expect(terminal.type('docker compose rm')).toBe('docker compose rm\n? Going to remove learner-one-1, learner-two-1 (y/N) ');
	terminal.type('n');
	expect(terminal.type('docker compose ps -aq | wc -l')).toBe('docker compose ps -aq | wc -l\n2\nlearner@lab:~$ ');
	terminal.type('docker compose rm');
	terminal.type('y');
	expect(terminal.type('docker compose ps -aq | wc -l')).toBe('docker compose ps -aq | wc -l\n0\nlearner@lab:~$ ');
});

test('undo takes back all that one up made', () => {
	const terminal = prepared();
	terminal.type('docker compose up -d');
	terminal.do({type: 'undo'});
	expect(terminal.type('docker compose ps -aq | wc -l; docker network ls -q | wc -l')).toBe('docker compose ps -aq | wc -l; docker network ls -q | wc -l\n0\n3\nlearner@lab:~$ ');
	terminal.type('docker compose up -d');
	expect(terminal.type('docker compose ps --format "{{.Name}} {{.State}}"')).toBe('docker compose ps --format "{{.Name}} {{.State}}"\nlearner-one-1 running\nlearner-two-1 running\nlearner@lab:~$ ');
});
