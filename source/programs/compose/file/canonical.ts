// Short ways of writing made the long one: `8080:80` is a mapping with target and published, `./html:/srv:ro` a bind mount, a list of
// names under depends_on a mapping. Source: compose-go transform/*.go, format/volume.go.

import {parsePortSpec} from '../../docker/container/port-spec.js';
import {refused} from '../../docker/command/refusal.js';
import {listOf, memberOf, objectOf, textOf, type Json, type JsonObject} from '../../docker/go/json.js';
import {asDependsOn, asPairs, scalarText} from './merge.js';
import {lookUpPath, type TreePath} from './tree-path.js';

export class FormProblem {
	readonly message: string;

	constructor(message: string) {
		this.message = message;
	}
}

type Transform = (value: Json, path: TreePath) => Json | FormProblem;

const fields = (entries: ReadonlyArray<readonly [string, Json]>): JsonObject => new Map(entries);
const each = (transform: (item: Json) => Json | FormProblem): Transform => value => {
	const items = listOf(value).map(item => transform(item));
	return items.find(item => item instanceof FormProblem) ?? items as readonly Json[];
};

const transforms: Readonly<Record<string, Transform>> = {
	'services.*': value => value ?? fields([]),
	'services.*.build': value => typeof value === 'string' ? fields([['context', value]]) : value,
	'services.*.build.secrets': each(item => typeof item === 'string' ? fields([['source', item]]) : item),
	'services.*.build.additional_contexts': pairsAsMap,
	'services.*.depends_on': value => withRequired(asDependsOn(value)),
	'services.*.env_file': value => (typeof value === 'string' ? [value] : listOf(value)).map(item => withDefault(typeof item === 'string' ? fields([['path', item]]) : objectOf(item), 'required', true)),
	'services.*.label_file': asList, 'services.*.dns': asList, 'services.*.dns_search': asList, 'services.*.tmpfs': asList,
	'services.*.extends': value => typeof value === 'string' ? fields([['service', value]]) : value,
	'services.*.networks': value => Array.isArray(value) ? fields((value as readonly Json[]).map(name => [textOf(name), undefined])) : value,
	'services.*.ports': ports,
	'services.*.secrets': each(item => {
		const secret = typeof item === 'string' ? fields([['source', item]]) : objectOf(item);
		return secret.has('target') ? secret : fields([...secret, ['target', `/run/secrets/${textOf(secret.get('source'))}`]]);
	}),
	'services.*.configs': each(item => typeof item === 'string' ? fields([['source', item]]) : item),
	'services.*.volumes': each(item => typeof item === 'string' ? volumeOf(item) : item),
	'services.*.devices': each(item => typeof item === 'string' ? deviceOf(item) : item),
	'services.*.healthcheck.test': value => typeof value === 'string' ? ['CMD-SHELL', value] : value,
	'volumes.*': external, 'networks.*': external, 'secrets.*': external, 'configs.*': external,
};

/** With variables still in it (`isOpen`), what cannot be understood yet stays as it is. */
export function canonical(value: Json, path: TreePath = [], isOpen = false): Json | FormProblem {
	const form = lookUpPath(transforms, path)?.(value, path) ?? value;
	const transformed = isOpen && form instanceof FormProblem ? value : form;
	if (transformed instanceof FormProblem || !(transformed instanceof Map)) {
		return transformed;
	}

	const result = new Map<string, Json>();
	for (const [name, item] of transformed as JsonObject) {
		const inner = canonical(item, [...path, name], isOpen);
		if (inner instanceof FormProblem) {
			return inner;
		}

		result.set(name, inner);
	}

	return result;
}

function asList(value: Json): Json {
	return value === undefined || Array.isArray(value) ? value : [value];
}

function pairsAsMap(value: Json): Json {
	return fields(asPairs(value).map(pair => {
		const text = scalarText(pair);
		const equals = text.indexOf('=');
		return equals === -1 ? [text, undefined] : [text.slice(0, equals), text.slice(equals + 1)];
	}));
}

function withDefault(object: JsonObject, name: string, value: Json): JsonObject {
	return object.has(name) ? object : new Map([...object, [name, value]]);
}

function withRequired(dependencies: JsonObject): Json {
	return new Map([...dependencies].map(([name, each]) => [name, withDefault(withDefault(objectOf(each), 'condition', 'service_started'), 'required', true)]));
}

function ports(value: Json): Json | FormProblem {
	const result: Json[] = [];
	for (const item of listOf(value)) {
		if (item instanceof Map) {
			const port = withDefault(withDefault(item as JsonObject, 'protocol', 'tcp'), 'mode', 'ingress');
			result.push(new Map([...port].map(([name, part]) => name === 'published' ? [name, scalarText(part)] : [name, part])));
			continue;
		}

		const mappings = parsePortSpec(scalarText(item));
		if (refused(mappings)) {
			return new FormProblem(mappings.message);
		}

		for (const {port, hostIp, hostPort} of mappings) {
			const [target = '', protocol = 'tcp'] = port.split('/');
			result.push(fields([
				['mode', 'ingress'], ...hostIp === '' ? [] : [['host_ip', hostIp]] as const, ['target', Number(target)], ...hostPort === '' ? [] : [['published', hostPort]] as const, ['protocol', protocol],
			]));
		}
	}

	return result;
}

const propagations = new Set(['rprivate', 'private', 'rshared', 'shared', 'rslave', 'slave']);

/** `[SOURCE:]TARGET[:OPTIONS]`; a source that looks like a path is a directory of the host. */
function volumeOf(spec: string): Json | FormProblem {
	if (spec === '') {
		return new FormProblem('invalid empty volume spec');
	}

	if (spec.length < 3) {
		return fields([['type', 'volume'], ['target', spec]]);
	}

	const parts = spec.split(':');
	if (parts.includes('') || parts.length > 3) {
		return new FormProblem(`invalid spec: ${spec}: ${parts.includes('') ? 'empty section between colons' : 'too many colons'}`);
	}

	const [first = '', second, options = ''] = parts;
	const source = second === undefined ? '' : first;
	const words = new Set(options.split(','));
	const isBind = /^[.\/~]/v.test(source);
	const propagation = [...words].find(word => propagations.has(word));
	const selinux = [...words].find(word => word === 'z' || word === 'Z');
	const bind = fields([...selinux === undefined ? [] : [['selinux', selinux]] as const, ...propagation === undefined ? [] : [['propagation', propagation]] as const, ['create_host_path', true]]);
	return fields([
		['type', isBind ? 'bind' : 'volume'], ...source === '' ? [] : [['source', source]] as const, ['target', second ?? first], ...words.has('ro') ? [['read_only', true]] as const : [],
		isBind ? ['bind', bind] : ['volume', fields(words.has('nocopy') ? [['nocopy', true]] : [])],
	]);
}

function deviceOf(spec: string): Json | FormProblem {
	const [source = '', target = source, permissions = 'rwm', ...more] = spec.split(':');
	return more.length > 0 ? new FormProblem(`confusing device mapping, please use long syntax: ${spec}`) : fields([['source', source], ['target', target], ['permissions', permissions]]);
}

/** `external: {name: x}`, an old way of writing, is a name beside `external: true`. */
function external(value: Json, path: TreePath): Json | FormProblem {
	const given = memberOf(value, 'external');
	if (!(given instanceof Map)) {
		return value;
	}

	const object = objectOf(value);
	const name = textOf(memberOf(given, 'name'));
	if (name !== '' && object.has('name') && object.get('name') !== name) {
		return new FormProblem(`${path.join('.')}: name and external.name conflict; only use name`);
	}

	return new Map([...object, ['external', true], ...name === '' ? [] : [['name', name]] as const]);
}
