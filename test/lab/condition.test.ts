import {expect, test} from 'vitest';
import {firstUnmet, valuesAt} from '../../source/lab/condition.js';

const inspect = {
	Name: '/web',
	State: {Status: 'running', Pid: 412, Health: null},
	NetworkSettings: {Ports: {'80/tcp': [{HostIp: '0.0.0.0', HostPort: '8080'}, {HostIp: '::', HostPort: '8081'}]}},
	RootFS: {Layers: ['sha256:a', 'sha256:b']},
};

test.each([
	['State.Status', ['running']],
	['NetworkSettings.Ports["80/tcp"][1].HostPort', ['8081']],
	['NetworkSettings.Ports["80/tcp"][*].HostPort', ['8080', '8081']],
	['NetworkSettings.Ports[*][0].HostPort', ['8080']],
	['RootFS.Layers[7]', []],
	['State.constructor', []],
	['State.Status.length', []],
])('the values at %s', (path, values) => {
	expect(valuesAt(inspect, path)).toEqual(values);
});

test.each([
	[{'State.Status': 'running'}, undefined],
	[{'State.Status': 'exited'}, {path: 'State.Status', expected: '"exited"', actual: '"running"'}],
	[{'NetworkSettings.Ports["80/tcp"][*].HostPort': {oneOf: ['8081']}}, undefined],
	[{'State.Pid': {atLeast: 1, atMost: 500}}, undefined],
	[{'State.Health': {exists: false}}, undefined],
	[{'State.Health': {exists: true}}, {path: 'State.Health', expected: 'exists: true', actual: 'null'}],
	[{'RootFS.Layers': {count: {atLeast: 2}}}, undefined],
	[{'RootFS.Layers': {count: 3}}, {path: 'RootFS.Layers', expected: 'count 3', actual: '["sha256:a","sha256:b"]'}],
	[{'RootFS.Layers': {contains: 'sha256:b'}}, undefined],
	[{Name: {matches: '^/w.b$'}}, undefined],
	[{Nothing: 'x'}, {path: 'Nothing', expected: '"x"', actual: 'nothing'}],
])('%j', (where, unmet) => {
	expect(firstUnmet(inspect, where)).toEqual(unmet);
});
