import { render } from "preact";
import "uplot/dist/uPlot.min.css";
import "./style.css";
import { readModel } from "./model.js";
import { App } from "./app.jsx";

const root = document.getElementById("app");
try {
  const model = readModel(document.getElementById("data"));
  document.title = `${model.file} – TraceKit`;
  render(<App model={model} />, root);
} catch (error) {
  render(<p class="noscript" role="alert">This report could not be read: {String(error.message || error)}</p>, root);
  throw error;
}
