// How threads give way that compute for long: who waits for an answer does not wait for them.

/** Added to the nice value of a thread. On Linux only: elsewhere it would be the whole process's. */
export const BACKGROUND_NICE = process.platform === 'linux' ? 10 : 0;
