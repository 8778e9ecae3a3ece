/**
 * What a face can be asked for by name: expressions, which stay, and actions, which happen once. Here, below everything
 * that speaks of them, so that a command that only names one loads no avatar.
 */
export const EXPRESSION_NAMES = ["neutral", "happy", "sad", "surprised", "thinking"] as const;
export const ACTION_NAMES = ["nod", "shake", "tilt", "wink"] as const;
