// The search runs in a worker. A browser starts none for a page that it reads from a disk, so
// there its script runs in a hidden frame. Served over http, this file does nothing.
if (location.protocol === "file:") {
  // As between a page and a worker: a copy, and never before the sender has finished.
  const deliver = (to, data) => setTimeout((copy) => to().onmessage?.({ data: copy }), 0, structuredClone(data));

  window.Worker = class {
    constructor(url) {
      this.frame = document.createElement("iframe");
      this.frame.hidden = true;
      this.ready = new Promise((done) => (this.frame.onload = () => this.load(url, done)));
      document.body.append(this.frame);
    }

    load(url, done) {
      const inside = this.frame.contentWindow;
      inside.postMessage = (data) => deliver(() => this, data);
      const script = inside.document.createElement("script");
      script.onerror = () => this.onerror?.(new Event("error"));
      script.onload = done;
      script.src = url;
      inside.document.head.append(script);
    }

    postMessage(data) {
      this.ready.then(() => deliver(() => this.frame.contentWindow ?? {}, data));
    }

    terminate() {
      this.frame.remove();
    }
  };
}
