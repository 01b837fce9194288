// Whether anything still comes in. ICE by itself takes several seconds to notice that a path is silent.

export class Pulse {
  constructor(way) {
    this.way = way;
    this.count = -1;
    this.since = performance.now();
  }

  /** Milliseconds since something came: media, or a check of the path, which browsers make every 2.5 to 5 s. */
  async quiet() {
    let count = 0;
    (await this.way.getStats()).forEach((entry) => {
      if (entry.type === "inbound-rtp") count += entry.packetsReceived ?? 0;
      if (entry.type === "candidate-pair") count += (entry.responsesReceived ?? 0) + (entry.requestsReceived ?? 0);
    });
    const now = performance.now();
    if (count !== this.count) [this.count, this.since] = [count, now];
    return now - this.since;
  }
}
