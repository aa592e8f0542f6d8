import { Metrics, type Metric } from "./metrics";

enum Colour {
  Red = "red",
  Blue = "blue",
}

const metrics = new Metrics(10_000);

async function publish(metric: Metric): Promise<void> {
  metrics.count(metric.name, metric.value);
  await metrics.flush();
}

export const handler = async (event: { colour?: Colour }): Promise<string> => {
  metrics.startFlushing();
  void publish({ name: "größe 📏", value: 1 });
  return event.colour ?? Colour.Red;
};
