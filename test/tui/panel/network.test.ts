// The network panel over a world in which packets were sent.

import {expect, test} from 'vitest';
import type {Locale} from '../../../source/i18n/message.js';
import {panels} from '../../../source/tui/panel/panels.js';
import {lineText} from '../../../source/tui/text/styled-line.js';
import {TestHost} from '../../support/test-host.js';

function rows(host: TestHost, before: TestHost['world'] | undefined, locale: Locale = 'en'): readonly string[] {
	return panels.network.lines({world: host.world, before, trace: []}, {locale, width: 80}).map(line => lineText(line).trimEnd().replaceAll(/veth[\da-f]{7}/gv, 'vethN').replaceAll(/:\d{5}\b/gv, ':PORT'));
}

test('bridges with what is plugged in, published ports, and the way of the last packet', () => {
	const host = new TestHost();
	expect(rows(host, undefined)).toEqual(['lab', '  eth0  10.0.0.11/24', '  docker0  172.17.0.1/16  bridge', '', 'No packet has been sent yet. Try ping or curl.']);
	host.sh('docker pull -q nginx; docker run -d --name web -p 8080:80 nginx; sleep 1');
	const before = host.world;
	host.sh('docker run -d --name other nginx; docker exec other curl -s 172.17.0.2');
	expect(rows(host, before)).toEqual([
		'lab',
		'  eth0  10.0.0.11/24',
		'  docker0  172.17.0.1/16  bridge',
		'  ├ vethN — [web] eth0  172.17.0.2/16',
		'* └ vethN — [other] eth0  172.17.0.3/16',
		'  published 0.0.0.0:8080 → web:80/tcp',
		'',
		'* Last packet: tcp 172.17.0.3:PORT → 172.17.0.2:80',
		'  other',
		'    route 172.17.0.0/16 dev eth0',
		'    ← out by eth0',
		'  lab',
		'    → in by vethN',
		'    bridge docker0: from port vethN to port vethN',
		'    ← out by vethN',
		'  web',
		'    → in by eth0',
		'    ✓ delivered to 172.17.0.2:80',
	]);
	host.sh('iptables -I DOCKER-USER -s 172.17.0.3 -j DROP; docker exec other curl -s 10.0.0.1');
	expect(rows(host, undefined).slice(-12)).toEqual([
		'  other',
		'    route default via 172.17.0.1 dev eth0',
		'    ← out by eth0',
		'  lab',
		'    → in by vethN',
		'    → in by docker0',
		'    raw PREROUTING policy: ACCEPT',
		'    nat PREROUTING policy: ACCEPT',
		'    route 10.0.0.0/24 dev eth0',
		'    filter FORWARD rule 1: DOCKER-USER',
		'    filter DOCKER-USER rule 1: DROP',
		'    × lost: dropped by that rule',
	]);
	expect(rows(host, undefined, 'zh-CN').slice(-3)).toEqual(['    filter 表 FORWARD 链第 1 条规则：DOCKER-USER', '    filter 表 DOCKER-USER 链第 1 条规则：DROP', '    × 丢失：被这条规则丢弃']);
});
