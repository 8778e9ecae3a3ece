/** The status grid: the programme's state as the things a person looks for, troubles marked by more than colour. */

const numbers = (value, digits = 0) => Number.isFinite(value) ? value.toFixed(digits) : "–";

/** [label, value, unit or remark, whether it is a trouble, whether it is wide] */
function rows({ picture = {}, speech = {}, camera = {}, sound = {}, recording }) {
  const isCamera = camera.path !== undefined;
  const isSilent = sound.kind === "null"; // no device: nothing is late and nothing runs dry
  const shown = [
    ["Frames a second", numbers(picture.fps, 1), "", false],
    ["Lagged", numbers(picture.laggedFrames), "frames", picture.laggedFrames > 0],
    ["Repeated", numbers(picture.repeatedFrames), "frames", false],
    ["Skew", numbers(picture.skewMs), "ms", Math.abs(picture.skewMs) > 100],
    ["Queue", numbers(speech.queued), `of ${numbers(speech.capacity)}`, speech.queued >= speech.capacity],
    ["Underruns", numbers(sound.underruns), "", !isSilent && sound.underruns > 0],
    [
      "Camera",
      isCamera ? camera.path : "none",
      isCamera ? [camera.state, camera.format].filter(Boolean).join(", ") : "",
      isCamera && camera.state === "lost",
      true,
    ],
    [
      "Sound",
      isSilent ? "none" : sound.device ?? sound.kind ?? "–",
      isSilent ? "" : `${numbers(sound.latencyMs)} ms`,
      false,
      true,
    ],
  ];
  if (recording !== undefined) {
    const lost = recording.lostUnits > 0;
    const remark = lost ? `${recording.lostUnits} lost` : "frames";
    shown.push(["Recording", numbers(recording.frames), remark, lost]);
  }
  return shown;
}

export function showStatus(/** @type {HTMLElement} */ grid, state) {
  grid.replaceChildren(
    ...rows(state).map(([label, value, remark, isTrouble, isWide]) => {
      const cell = document.createElement("div");
      if (isWide) cell.className = "wide";
      const term = document.createElement("dt");
      term.textContent = label;
      const detail = document.createElement("dd");
      if (isTrouble) detail.className = "warn";
      const small = document.createElement("small");
      small.textContent = ` ${remark}`;
      detail.append(isTrouble ? `⚠ ${value}` : value, small);
      cell.append(term, detail);
      return cell;
    }),
  );
}

export function showNotes(/** @type {HTMLElement} */ list, notes = []) {
  list.replaceChildren(...notes.map((note) => {
    const item = document.createElement("li");
    item.textContent = note;
    return item;
  }));
}
