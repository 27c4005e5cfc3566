/** For work that can wait: whether this process has hardly a breath left for it. */

const busy_from_part = 0.75;

/** Answers whether the process was at work for more than three quarters of the time since it was asked last. */
export function createBusyWatch(): () => boolean {
  let before = performance.eventLoopUtilization();
  return () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, before);
    before = now;
    return utilization > busy_from_part;
  };
}
