var __defProp = Object.defineProperty;
var __getOwnPropDesc = Object.getOwnPropertyDescriptor;
var __getOwnPropNames = Object.getOwnPropertyNames;
var __hasOwnProp = Object.prototype.hasOwnProperty;
var __export = (target, all) => {
  for (var name in all)
    __defProp(target, name, { get: all[name], enumerable: true });
};
var __copyProps = (to, from, except, desc) => {
  if (from && typeof from === "object" || typeof from === "function") {
    for (let key of __getOwnPropNames(from))
      if (!__hasOwnProp.call(to, key) && key !== except)
        __defProp(to, key, { get: () => from[key], enumerable: !(desc = __getOwnPropDesc(from, key)) || desc.enumerable });
  }
  return to;
};
var __toCommonJS = (mod) => __copyProps(__defProp({}, "__esModule", { value: true }), mod);

// src/handler.ts
var handler_exports = {};
__export(handler_exports, {
  handler: () => handler
});
module.exports = __toCommonJS(handler_exports);

// src/metrics.ts
var Metrics = class {
  constructor(periodMs) {
    this.periodMs = periodMs;
  }
  periodMs;
  waiting = [];
  count(name, value = 1) {
    this.waiting.push({ name, value });
  }
  startFlushing() {
    return setInterval(() => this.flush(), this.periodMs);
  }
  async flush() {
    const sent = this.waiting.splice(0).length;
    await new Promise((resolve) => setTimeout(resolve, 5));
    return sent;
  }
};

// src/handler.ts
var metrics = new Metrics(1e4);
async function publish(metric) {
  metrics.count(metric.name, metric.value);
  await metrics.flush();
}
var handler = async (event) => {
  metrics.startFlushing();
  void publish({ name: "gr\xF6\xDFe \u{1F4CF}", value: 1 });
  return event.colour ?? "red" /* Red */;
};
// Annotate the CommonJS export names for ESM import in node:
0 && (module.exports = {
  handler
});
//# sourceMappingURL=bundle.js.map
