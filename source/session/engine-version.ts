// The version of everything that decides what a learner sees. It grows with every change of output, so that a grader knows why an old
// transcript shows something else (docs/transcripts.md).

export const engineVersion = '1';
