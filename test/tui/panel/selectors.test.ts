// Panels as tables: which data a world gives, which rows the data gives, and what is marked as changed. No Ink.

import {expect, test} from 'vitest';
import type {TraceEvent} from '../../../source/base/transaction.js';
import {lineText} from '../../../source/tui/text/styled-line.js';
import {panelOrder, panels, type PanelName} from '../../../source/tui/panel/panels.js';
import type {PanelContext} from '../../../source/tui/panel/panel-context.js';
import {changed, container, image, imageName, inode, kernel, layer, task, worldOf} from './small-world.js';

function rows(name: PanelName, context: Partial<PanelContext>): string {
	const whole: PanelContext = {world: worldOf({}), before: undefined, trace: [], ...context};
	return panels[name].lines(whole, {locale: 'en', width: 80}).map(line => lineText(line).trimEnd()).join('\n');
}

const nginx = worldOf({
	'layer:1': [['sha256:a', layer('a', undefined, 1, 74_800_000)], ['sha256:b', layer('b', 'a', 2, 117_000_000)]],
	'image:1': [[`sha256:${'1'.repeat(64)}`, image('1', ['a', 'b'], 191_800_000)], [`sha256:${'2'.repeat(64)}`, image('2', ['a'], 74_800_000)]],
	'image-name:1': [['n', imageName('docker.io/library/nginx:latest', '1')], ['d', imageName('docker.io/library/debian:12', '2')]],
	'container:1': [['c'.repeat(64), container({name: 'web', ports: [{containerPort: 80, protocol: 'tcp', hostAddress: '0.0.0.0', hostPort: 8080}]})]],
	'inode:30': [[2, inode({type: 'directory'})]],
});

test('every panel of an empty world says what is missing', () => {
	expect(rows('hosts', {})).toBe('No hosts in this world.');
	expect(rows('layer-stack', {})).toBe('No images and no Docker containers yet. Try docker pull.');
	expect(rows('images', {})).toBe('No images yet. Try docker pull.');
	expect(rows('processes', {})).toBe('No processes.');
	expect(rows('vcpu-map', {})).toBe('No virtual machine is running.');
});

test('the layer stack: container layer over image layers, shared ones counted, images without a container after them', () => {
	expect(rows('layer-stack', {world: nginx})).toBe([
		'  web  running  8080->80/tcp',
		'  ┌ container layer       0B',
		'  nginx:latest  image',
		'  ├ bbbbbbbbbbbb       117MB  shared by 2',
		'  └ aaaaaaaaaaaa      74.8MB  shared by 3',
		'',
		'  debian:12  image',
		'  └ aaaaaaaaaaaa      74.8MB  shared by 3',
	].join('\n'));
});

test('a copy-up and a whiteout of the last command are marked where they happened', () => {
	const world = changed(nginx, {'inode:30': [
		[2, inode({type: 'directory'})],
		[3, inode({content: {sizeBytes: 615, chunks: []}})],
		[4, inode({type: 'char'})],
	]});
	const trace = [
		{kind: 'copy-up', fs: 40, path: '/usr', sizeBytes: 0},
		{kind: 'copy-up', fs: 40, path: '/usr/share', sizeBytes: 0},
		{kind: 'copy-up', fs: 40, path: '/usr/share/nginx', sizeBytes: 0},
		{kind: 'copy-up', fs: 40, path: '/usr/share/nginx/html', sizeBytes: 0},
		{kind: 'copy-up', fs: 40, path: '/usr/share/nginx/html/index.html', sizeBytes: 615},
		{kind: 'whiteout', fs: 30, path: '/etc/nginx/nginx.conf'},
		{kind: 'copy-up', fs: 99, path: '/elsewhere', sizeBytes: 1},
	] as readonly object[] as readonly TraceEvent[];
	expect(rows('layer-stack', {world, before: nginx, trace})).toBe([
		'  web  running  8080->80/tcp',
		'* ┌ container layer     615B  1 whiteout',
		'* │ copied up /usr/share/nginx/html/index.html 615B',
		'* │ whiteout /etc/nginx/nginx.conf',
		'  nginx:latest  image',
		'  ├ bbbbbbbbbbbb       117MB  shared by 2',
		'  └ aaaaaaaaaaaa      74.8MB  shared by 3',
		'',
		'  debian:12  image',
		'  └ aaaaaaaaaaaa      74.8MB  shared by 3',
	].join('\n'));
});

test('a new container is marked, an old one is not', () => {
	const world = changed(nginx, {'container:1': [...nginx.tables.get('container:1')!, ['e'.repeat(64), container({name: 'db', id: 'e'.repeat(64), state: {status: 'exited'}})]]});
	expect(rows('layer-stack', {world, before: nginx}).split('\n').filter(row => !row.includes('─') && /web|db/v.test(row))).toEqual([
		'* db  exited',
		'  web  running  8080->80/tcp',
	]);
});

test('images with their sizes, and what all take on the disk', () => {
	const before = changed(nginx, {'image-name:1': [['n', imageName('docker.io/library/nginx:latest', '1')]], 'image:1': [...nginx.tables.get('image:1')!].slice(0, 1)});
	expect(rows('images', {world: changed(nginx, {'image-name:1': [...before.tables.get('image-name:1')!, ['d', imageName('docker.io/library/debian:12', '2')]]}), before})).toBe([
		'  nginx:latest   192MB  2 layers  111111111111',
		'* debian:12     74.8MB  1 layer   222222222222',
		'  on disk 192MB',
	].join('\n'));
});

test('hosts: processors, memory, load, and how much runs on them', () => {
	const world = changed(nginx, {
		kernel: [[1, kernel()]],
		host: [['lab', {name: 'lab', kernel: 1, sockets: 1, coresPerSocket: 4, threadsPerCore: 2, cpuMhz: 2600}]],
		'task:1': [[1, task({id: 1, memoryBytes: 4 * 2 ** 30})], [2, task({id: 2, state: 'runnable'})], [3, task({id: 3, isThread: true})]],
	});
	expect(rows('hosts', {world, before: changed(world, {'container:1': []})})).toBe([
		'lab  1 socket × 4 cores × 2 threads, 2600 MHz',
		'  memory ███░░░░░░░ 4 GiB / 16 GiB',
		'  load █░░░░░░░░░ 1 / 8',
		'  2 processes',
		'* 1 Docker container (1 running)',
	].join('\n'));
});

test('processes of containers are processes of the host', () => {
	const world = changed(nginx, {
		kernel: [[1, kernel()]],
		'task:1': [
			[1, task({id: 1, argv: ['/sbin/init']})],
			[700, task({id: 700, argv: ['nginx:', 'master'], namespaces: {pid: 20}, pids: [{namespace: 20, pid: 1}, {namespace: 10, pid: 700}]})],
		],
	});
	expect(rows('processes', {world, before: changed(world, {'task:1': [[1, world.tables.get('task:1')!.get(1)!]]})})).toBe([
		'     PID S COMMAND',
		'       1 S /sbin/init',
		'*    700 S [web 1] nginx: master',
	].join('\n'));
});

test('the panel that the lab points at comes first', () => {
	expect(panelOrder(worldOf({}), 'hosts')[0]).toBe('hosts');
	expect(panelOrder(worldOf({}), 'no such panel')).toEqual(panelOrder(worldOf({}), undefined));
	expect([...panelOrder(worldOf({}), 'hosts')].sort()).toEqual(Object.keys(panels).sort());
});
