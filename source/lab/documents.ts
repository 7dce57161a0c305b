// The documents that checks look at: nothing but what the learner could see with a command, so that no check knows more than a
// learner can find out. Read from a World and never changing it.
//
//     engine('/containers/web/json')                docker inspect web, or curl --unix-socket /var/run/docker.sock
//     file('/etc/hosts')                            cat, as root
//     file('/etc/hosts', {container: 'web'})        docker exec web cat, or docker cp from a stopped one
//     domains()                                     virsh list --all, dominfo, vcpuinfo, domstats
//     node()                                        virsh nodeinfo, lscpu

import type {Json} from '../base/json.js';

/** Where to look; without `host`, the host that the learner is logged in to. */
export type Where = {readonly host?: string | undefined};

export type Documents = {
	/** The body of `GET path` at the host's Docker Engine API; undefined unless it answers 200. */
	engine(path: string, where?: Where): Json | undefined;
	/** The content of a regular file; undefined if there is none. */
	file(path: string, where?: Where & {readonly container?: string | undefined}): Uint8Array | undefined;
	/** The host's virtual machines, running or not: see model/host/domain-document.ts. */
	domains(where?: Where): readonly Json[];
	/** The host's processors and memory; undefined if there is no such host. */
	node(where?: Where): Node | undefined;
};

export type Node = {
	readonly sockets: number;
	readonly coresPerSocket: number;
	readonly threadsPerCore: number;
	readonly mhz: number;
	readonly memoryKib: number;
};

/** Looks every document up at most once: several checks ask for the same ones after every action. */
export function remembering(documents: Documents): Documents {
	const answers = new Map<string, unknown>();
	const once = <T>(key: readonly unknown[], look: () => T): T => {
		const name = JSON.stringify(key);
		if (!answers.has(name)) {
			answers.set(name, look());
		}

		return answers.get(name) as T;
	};

	return {
		engine: (path, where) => once(['engine', path, where?.host], () => documents.engine(path, where)),
		file: (path, where) => once(['file', path, where?.host, where?.container], () => documents.file(path, where)),
		domains: where => once(['domains', where?.host], () => documents.domains(where)),
		node: where => once(['node', where?.host], () => documents.node(where)),
	};
}
