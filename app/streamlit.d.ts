/** What Streamlit calls a component's script with. */
export interface Call<Data = unknown> {
  data: Data;
  parentElement: HTMLElement;
  setStateValue(name: string, value: unknown): void;
  setTriggerValue(name: string, value: unknown): void;
}
