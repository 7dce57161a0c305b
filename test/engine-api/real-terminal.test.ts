// The real docker client on a real terminal, against our client on a simulated one: the same keys, the same bytes on the screen.

import {spawn} from '@lydell/node-pty';
import {expect, test} from 'vitest';
import {decodeText} from '../../source/base/bytes.js';
import {apply, startSession} from '../../source/session/apply.js';
import type {Action} from '../../source/session/action.js';
import type {Origin} from '../../source/session/session.js';
import {RealClient, realClientVersion} from '../support/real-client.js';

const origin: Origin = {lab: undefined, scenario: 'default', seed: 7, learner: 'ann', interactive: true, columns: 100, rows: 30};
const setUp = ['docker pull -q busybox', 'docker run -d --name c1 busybox sleep 1000'];

/** A key or a line, and what the screen ends with when the next may be typed. */
type Turn = readonly [typed: string, until: string];

const endOfInput = '\u0004';
const interrupt = '\u0003';

/** What the real client puts on its terminal, from its start to its end. */
async function onRealTerminal(command: string, turns: readonly Turn[]): Promise<{readonly text: string; readonly status: number}> {
	const real = await RealClient.start(origin);
	for (const line of setUp) {
		await real.run(line);
	}

	const terminal = spawn('bash', ['--norc', '-c', command], {cols: origin.columns, rows: origin.rows, cwd: real.folder, env: {...real.environment}});
	let text = '';
	const waiting = [...turns];
	const stopKeepingTime = real.keepTime(terminal.pid, () => waiting.length > 0);
	const status = await new Promise<number>(settle => {
		const answer = (): void => {
			const [next] = waiting;
			if (next !== undefined && text.endsWith(next[1])) {
				waiting.shift();
				terminal.write(next[0]);
			}
		};

		terminal.onData(data => {
			text += data;
			answer();
		});
		terminal.onExit(({exitCode}) => settle(exitCode));
	});
	stopKeepingTime();
	real.stop();
	return {text: text.replaceAll(real.folder, '/home/learner'), status};
}

/** What ours puts on the learner's terminal for the same command: between the line that was typed and the next prompt. */
function onOurTerminal(command: string, turns: readonly Turn[]): {readonly text: string; readonly status: number} {
	let {session} = startSession(origin);
	for (const text of [...setUp, 'clear']) {
		session = apply(session, {type: 'line', text}).session;
	}

	let text = '';
	const actions: readonly Action[] = [{type: 'line', text: command}, ...turns.map(([typed]): Action => typed === endOfInput ? {type: 'end-of-input'} : (typed === interrupt ? {type: 'interrupt'} : {type: 'line', text: typed.replace(/\r$/v, '')}))];
	for (const action of actions) {
		const applied = apply(session, action);
		expect(applied.broken).toBeUndefined();
		({session} = applied);
		text += applied.output.map(({bytes}) => decodeText(bytes)).join('');
	}

	const prompt = 'learner@lab:~$ ';
	expect(text.endsWith(prompt)).toBe(true);
	return {text: text.slice(`${command}\r\n`.length, -prompt.length), status: session.status};
}

test.skipIf(realClientVersion() === undefined).each<readonly [name: string, command: string, turns: readonly Turn[]]>([
	['a shell in a new container', 'docker run -it --rm --hostname box busybox sh', [['tty\r', '/ # '], ['stty size\r', '/ # '], ['echo $((6 * 7)); hostname\r', '/ # '], ['exit 3\r', '/ # ']]],
	['a shell that ends with its input', 'docker run -it --rm busybox sh', [['false\r', '/ # '], [endOfInput, '/ # ']]],
	['Ctrl-C reaches the command, not the client', 'docker run -it --rm busybox sh', [['sleep 100\r', '/ # '], [interrupt, 'sleep 100\r\n'], ['echo $?\r', '/ # '], ['exit\r', '/ # ']]],
	['a shell in a running container', 'docker exec -it c1 sh', [['ps | wc -l\r', '/ # '], ['cat > /note\r', '/ # '], ['hello\r', 'cat > /note\r\n'], [endOfInput, 'hello\r\n'], ['cat /note\r', '/ # '], ['exit 4\r', '/ # ']]],
	['a program that reads a line', 'docker run -it --rm busybox sh -c \'printf "name? "; read name; echo "hello $name"\'', [['you\r', 'name? ']]],
	['a terminal without input', 'docker run -t --rm busybox sh -c \'echo a; stty size\'', []],
	['the progress of a pull', 'docker pull alpine:3.20', []],
	['a run that has to pull', 'docker run -t alpine:3.20 echo there', []],
	['a container that is prepared and started with its terminal', 'docker create -it --name it busybox sh -c "stty size; exec sh"; docker start -ai it', [['exit 9\r', '/ # ']]],
	['a copy and what it says', 'docker cp c1:/etc/passwd . && docker cp ./passwd c1:/tmp/', []],
	['removing with a question', 'docker container prune', [['n\r', '[y/N] ']]],
	['an image that is not there, on a terminal', 'docker run -it --rm nosuch/nosuch:1 sh', []],
])('%s', async (_name, command, turns) => {
	const real = await onRealTerminal(command, turns);
	expect(onOurTerminal(command, turns)).toEqual(real);
}, 30_000);
