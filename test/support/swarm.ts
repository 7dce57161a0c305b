// Random sessions: each draws a few families of commands and mixes only those, so that rare combinations come up that a mix of
// everything would drown (swarm testing, Groce et al. 2012). All of it follows from the seed.

import type {Action} from '../../source/session/action.js';

/** mulberry32: small, seeded, good enough to choose commands. */
export function makeChooser(seed: number): (count: number) => number {
	let state = seed >>> 0;
	return count => {
		state = (state + 0x6D_2B_79_F5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) % count;
	};
}

const lines = (...texts: readonly string[]): readonly Action[] => texts.map(text => ({type: 'line', text}));

const families: Readonly<Record<string, readonly Action[]>> = {
	files: lines('echo a > f', 'cat f', 'ln f g', 'ln -s f s', 'mv f h', 'rm -f f', 'mkdir -p d/e', 'rm -rf d', 'cp -r d x', 'chmod 000 f', 'ls -la', 'find . | sort', 'truncate -s 10M big', 'touch __proto__ constructor'),
	shell: lines('x=1; echo $((x+1))', 'for i in 1 2 3; do echo $i; done', 'f() { return 3; }; f; echo $?', 'set -e', 'false', 'echo $(ls | wc -l)', 'cat << E', 'E', 'trap "echo bye" EXIT', 'echo "', '"', '__proto__=1; echo $__proto__', 'declare -A m; m[constructor]=2; echo ${m[constructor]} ${m[toString]}'),
	processes: lines('sleep 100 &', 'jobs', 'kill %1', 'wait', 'ps', 'cat', 'sleep 3', 'yes > /dev/null &', 'kill -STOP $!', 'sudo kill -9 1', 'exec true', 'exit 2', 'kill -9 $$'),
	docker: lines('docker pull -q alpine', 'docker run -d --name a nginx', 'docker run --rm alpine echo hi', 'docker ps -a', 'docker stop a', 'docker rm -f a', 'docker exec a ls /', 'docker images', 'docker rmi alpine', 'docker logs a', 'docker run --name constructor alpine true', 'docker inspect __proto__'),
	root: lines('sudo rm -rf /etc', 'sudo umount /', 'sudo mount -t tmpfs tmpfs /mnt', 'sudo kill -9 $(pidof dockerd)', 'sudo touch /x', 'sudo chmod 000 /', 'sudo chmod 755 /'),
	time: [{type: 'advance', ns: 1e9}, {type: 'advance', ns: 60e9}, {type: 'advance', ns: 0}],
	keys: [{type: 'interrupt'}, {type: 'suspend'}, {type: 'end-of-input'}, {type: 'resize', columns: 20, rows: 5}],
	travel: [{type: 'undo'}, {type: 'undo'}, {type: 'redo'}],
};

export function swarm(seed: number, length: number): readonly Action[] {
	const choose = makeChooser(seed);
	const names = Object.keys(families).filter(() => choose(2) === 1);
	const chosen = names.length === 0 ? Object.keys(families) : names;
	return Array.from({length}, () => {
		const family = families[chosen[choose(chosen.length)]!]!;
		return family[choose(family.length)]!;
	});
}
