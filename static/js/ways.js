// The ways that media may take: STUN and TURN servers with young credentials, and whether a relay is a must.

const AWAY = 2000; // ms that the portal may take to answer before the network counts as away
const OLD = 5 * 60000; // ms after which what the page was told is asked for anew

export class Ways {
  constructor({ ice, iceUrl, relay }) {
    this.servers = JSON.parse(ice || "[]");
    this.url = iceUrl;
    this.asked = 0; // with the page itself
    this.isAlwaysRelayed = Boolean(relay);
    this.open();
  }

  get config() {
    return { iceServers: this.servers, iceTransportPolicy: this.isRelayed ? "relay" : "all" };
  }

  get isOld() {
    return performance.now() - this.asked > OLD;
  }

  /** Every way may be tried, as far as the portal allows. */
  open() {
    this.isRelayed = this.isAlwaysRelayed;
  }

  /** What was tried led nowhere: through a relay next time, if one is known, and the time after that openly again. */
  turn() {
    const isKnown = this.servers.some(({ urls }) => [urls].flat().some((url) => /^turns?:/.test(url)));
    this.isRelayed = this.isAlwaysRelayed || (isKnown && !this.isRelayed);
  }

  /** Ask the portal again. That it answers at all shows that there is a network. */
  async refresh() {
    if (!this.url) return true;
    const [patience, now] = [new AbortController(), performance.now()];
    const timer = setTimeout(() => patience.abort(), AWAY);
    try {
      const answer = await fetch(this.url, { cache: "no-store", signal: patience.signal });
      if (answer.ok) [this.servers, this.asked] = [(await answer.json()).iceServers, now];
      return true;
    } catch {
      return false;
    } finally {
      clearTimeout(timer);
    }
  }
}
