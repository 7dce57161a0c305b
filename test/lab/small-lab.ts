// A lab of two steps, small enough to read at a glance.

export const smallYaml = `format: 1
id: small
track: docker
difficulty: 1
minutes: 5
steps:
  - id: pull
    checks:
      - id: there
        image: {reference: nginx}
    hints:
      - level: nudge
      - level: point
        when: {image: {reference: ngnix}}
        example: |
          $ docker tag nginx ngnix
  - id: count
    points: 5
    checks:
      - id: layers
        answer: {from: {image: nginx, path: "RootFS.Layers[*]", count: true}}
`;

export const smallText = `# A small lab
It is small.
## objectives
- To be small
## pull: Pull
Pull it.
### hint 1
Where do images come from?
### hint 2
You typed \`ngnix\`.
### check there
nginx is not here yet.
## count: Count
Count the layers.
### question
How many layers?
### check layers
That is not the number.
### explain
Layers are counted from the bottom.
## finish
That was it.
`;

export const smallFiles = new Map([
	['lab.yaml', smallYaml],
	['text.en.md', smallText],
	['solution.console', '$ docker pull nginx\n! answer count 2\n'],
]);

/** The files with one of them changed. */
export function withFile(name: string, change: (text: string) => string): ReadonlyMap<string, string> {
	return new Map([...smallFiles, [name, change(smallFiles.get(name) ?? '')]]);
}
