// libvirt's test driver: `virsh -c test:///default` opens a made-up host inside the client, for the life of one process.
// Source: libvirt 9.0 src/test/test_driver.c.

import {emptyWorld, Transaction} from '../../base/transaction.js';
import type {DomainConfig, DomainEvent, Hypervisor, HypervisorSchema, XmlTree} from '../../model/hypervisor/domain-schema.js';
import {isRefusal, type Refusal, refuse} from '../../model/hypervisor/domain-schema.js';
import {newUuid, putDomain} from '../../model/hypervisor/domain-table.js';
import {domainOf, parseDomain} from '../../model/hypervisor/domain-xml.js';
import {define, start, stopped} from '../../model/hypervisor/life-cycle.js';
import {childOf, readXml, textOf} from '../../model/hypervisor/xml-document.js';
import type {Driver} from './driver.js';
import type {NodeDocument} from './request.js';

const defaultDomain = `<domain type='test'>
  <name>test</name>
  <uuid>6695eb01-f6a4-8304-79aa-97f2502e193f</uuid>
  <memory>8388608</memory>
  <currentMemory>2097152</currentMemory>
  <vcpu>2</vcpu>
  <os>
    <type arch='i686'>hvm</type>
  </os>
</domain>`;

const defaultNode: NodeDocument = {
	hostname: '', model: 'i686', arch: 'i686', memoryKib: 3_145_728, cpus: 16, mhz: 1400, cells: 2, sockets: 2, cores: 2, threads: 2, mapCpus: 8, freeKib: [2048, 4096], maxVcpus: 32,
	hypervisor: 'TEST 0.0.2', api: 'TEST 9.0.0', uri: 'test:///default', schedulerType: 'fair', securityModel: 'testSecurity', securityLabel: 'libvirt-test (enforcing)',
};

/** The host of `test:///default`. */
export function openDefault(hostname: string): Driver {
	const hypervisor = emptyHypervisor();
	const config = parseDomain(defaultDomain, () => newUuid(hypervisor));
	begin(hypervisor, config as DomainConfig);
	return driver(hypervisor, {...defaultNode, hostname});
}

/** The host that an XML file describes, as `test:///PATH` names it. */
export function openFile(hostname: string, {text, path}: {readonly text: string; readonly path: string}): Driver | Refusal {
	const root = readXml(text, path);
	if (isRefusal(root)) {
		return refuse(`XML error: failed to parse xml document '${path}'`);
	}

	if (root.name !== 'node') {
		return refuse('XML error: Root element is not \'node\'');
	}

	const hypervisor = emptyHypervisor();
	for (const child of root.children) {
		if (typeof child === 'string' || child.name !== 'domain') {
			continue;
		}

		const config = domainOf(child, () => newUuid(hypervisor));
		if (isRefusal(config)) {
			return config;
		}

		begin(hypervisor, config);
	}

	return driver(hypervisor, {...nodeOf(root), hostname, uri: `test://${path}`});
}

function nodeOf(root: XmlTree): NodeDocument {
	const cpu = childOf(root, 'cpu');
	const number = (tree: XmlTree | undefined, name: string, otherwise: number) => Number(textOf(tree === undefined ? undefined : childOf(tree, name)) ?? otherwise);
	return {
		...defaultNode,
		model: textOf(cpu === undefined ? undefined : childOf(cpu, 'model')) ?? defaultNode.model,
		memoryKib: number(root, 'memory', defaultNode.memoryKib), cpus: number(cpu, 'active', defaultNode.cpus), mhz: number(cpu, 'mhz', defaultNode.mhz),
		cells: number(cpu, 'nodes', defaultNode.cells), sockets: number(cpu, 'sockets', defaultNode.sockets), cores: number(cpu, 'cores', defaultNode.cores), threads: number(cpu, 'threads', defaultNode.threads),
	};
}

function emptyHypervisor(): Hypervisor {
	return {tx: new Transaction<HypervisorSchema, DomainEvent>(emptyWorld), kernel: 0};
}

/** The domains of the host run when it is opened. */
function begin(hypervisor: Hypervisor, config: DomainConfig): void {
	const domain = define(hypervisor, config);
	const running = isRefusal(domain) ? domain : start(hypervisor, domain, {launch: () => undefined});
	if (!isRefusal(running)) {
		putDomain(hypervisor, {...running, live: {...running.live!, reason: 'unknown'}});
	}
}

function driver(hypervisor: Hypervisor, node: NodeDocument): Driver {
	return {
		dialect: 'test',
		hypervisor,
		node: () => node,
		capabilities: () => testCapabilities,
		admit: () => undefined,
		launch: () => undefined,
		destroy(domain) {
			stopped(hypervisor, domain, 'destroyed');
		},
		press(domain, button) {
			if (button === 'shutdown') {
				stopped(hypervisor, domain, 'shutdown');
			} else {
				putDomain(hypervisor, {...domain, live: {...domain.live!, reason: 'booted'}});
			}
		},
		changed: () => undefined,
	};
}

function guest(osType: string): string {
	return `  <guest>
    <os_type>${osType}</os_type>
    <arch name='i686'>
      <wordsize>32</wordsize>
      <emulator>/usr/bin/test-hv</emulator>
      <domain type='test'/>
    </arch>
    <features>
      <pae/>
      <nonpae/>
    </features>
  </guest>

`;
}

const testCapabilities = `<capabilities>

  <host>
    <cpu>
      <arch>i686</arch>
      <features>
        <pae/>
        <nonpae/>
      </features>
      <pages unit='KiB' size='4'/>
      <pages unit='KiB' size='8'/>
      <pages unit='KiB' size='2048'/>
      <pages unit='KiB' size='1048576'/>
    </cpu>
    <power_management/>
    <iommu support='no'/>
    <topology>
      <cells num='0'>
      </cells>
    </topology>
    <secmodel>
      <model>testSecurity</model>
      <doi></doi>
    </secmodel>
  </host>

${guest('hvm')}${guest('xen')}</capabilities>
`;
