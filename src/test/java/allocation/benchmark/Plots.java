package allocation.benchmark;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.geom.Rectangle2D;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jfree.chart.ChartFactory;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.LogarithmicAxis;
import org.jfree.chart.plot.CategoryPlot;
import org.jfree.chart.plot.PlotOrientation;
import org.jfree.chart.renderer.category.BarRenderer;
import org.jfree.chart.renderer.category.LineAndShapeRenderer;
import org.jfree.chart.renderer.category.StandardBarPainter;
import org.jfree.data.category.DefaultCategoryDataset;
import org.jfree.svg.SVGGraphics2D;
import org.jfree.svg.SVGUtils;

/** The report's plots, as SVG. Needs a font on the system, and no display. */
final class Plots {
  private static final int WIDTH = 1_000;
  private static final int HEIGHT = 600;
  private static final double LEAST_MS = 0.1;
  private static final double MOST_MS = 10_000;
  private static final DecimalFormat LABEL =
      new DecimalFormat("0.##", DecimalFormatSymbols.getInstance(Locale.ROOT));
  private static final List<Double> PERCENTILES =
      List.of(50.0, 75.0, 90.0, 95.0, 99.0, 99.5, 99.9, 99.99);

  private final Path folder;
  private final Samples samples;
  private final Map<String, String> files = new LinkedHashMap<>();

  private Plots(Path folder, Samples samples) {
    this.folder = folder;
    this.samples = samples;
  }

  /** Writes those that there is something to show in; the files' names by what they show. */
  static Map<String, String> write(Path folder, Samples samples) throws IOException {
    System.setProperty("java.awt.headless", "true");
    Plots plots = new Plots(folder, samples);
    plots.throughput();
    for (String servers : Samples.SERVERS) {
      plots.latency(servers);
    }
    return plots.files;
  }

  private void throughput() throws IOException {
    DefaultCategoryDataset rates = new DefaultCategoryDataset();
    for (String row : samples.rows()) {
      for (String servers : Samples.SERVERS) {
        if (samples.has(servers, row)) {
          boolean bulk = row.equals(Samples.BULK);
          rates.addValue(
              samples.perSecond(servers, row) * (bulk ? Workloads.BULK_LINES : 1),
              servers,
              bulk ? row + " (lines)" : row);
        }
      }
    }
    JFreeChart chart =
        ChartFactory.createBarChart(
            "Answers a second",
            null,
            "a second",
            rates,
            PlotOrientation.HORIZONTAL,
            true,
            false,
            false);
    BarRenderer bars = (BarRenderer) chart.getCategoryPlot().getRenderer();
    bars.setBarPainter(new StandardBarPainter());
    bars.setShadowVisible(false);
    write(chart, "throughput.svg", "Answers a second");
  }

  private void latency(String servers) throws IOException {
    DefaultCategoryDataset latencies = new DefaultCategoryDataset();
    for (String row : samples.rows()) {
      if (samples.hasLatencies(servers, row)) {
        for (double percentile : PERCENTILES) {
          latencies.addValue(
              samples.percentileMs(servers, row, percentile), row, "p" + LABEL.format(percentile));
        }
      }
    }
    if (latencies.getRowCount() == 0) {
      return;
    }
    String title = "Latency, " + servers;
    JFreeChart chart =
        ChartFactory.createLineChart(
            title, null, "milliseconds", latencies, PlotOrientation.VERTICAL, true, false, false);
    LogarithmicAxis axis = new LogarithmicAxis("milliseconds");
    axis.setRange(LEAST_MS, MOST_MS);
    chart.getCategoryPlot().setRangeAxis(axis);
    LineAndShapeRenderer lines = (LineAndShapeRenderer) chart.getCategoryPlot().getRenderer();
    lines.setAutoPopulateSeriesStroke(false);
    lines.setDefaultStroke(new BasicStroke(2));
    write(chart, "latency-" + servers.toLowerCase(Locale.ROOT).replace(' ', '-') + ".svg", title);
  }

  private void write(JFreeChart chart, String name, String shows) throws IOException {
    CategoryPlot plot = chart.getCategoryPlot();
    plot.setBackgroundPaint(Color.WHITE);
    plot.setRangeGridlinePaint(Color.LIGHT_GRAY);
    SVGGraphics2D svg = new SVGGraphics2D(WIDTH, HEIGHT);
    chart.draw(svg, new Rectangle2D.Double(0, 0, WIDTH, HEIGHT));
    File file = folder.resolve(name).toFile();
    SVGUtils.writeToSVG(file, svg.getSVGElement());
    files.put(shows, name);
  }
}
