// Counts things, and tells somebody every now and then.
export interface Metric {
  name: string;
  value: number;
}

export class Metrics {
  private readonly waiting: Metric[] = [];

  constructor(private readonly periodMs: number) {}

  count(name: string, value = 1): void {
    this.waiting.push({ name, value });
  }

  startFlushing(): NodeJS.Timeout {
    return setInterval(() => this.flush(), this.periodMs);
  }

  async flush(): Promise<number> {
    const sent = this.waiting.splice(0).length;
    await new Promise((resolve) => setTimeout(resolve, 5));
    return sent;
  }
}
