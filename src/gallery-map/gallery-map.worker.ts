// The thread that lays faces out.
import { move } from 'piscina';
import { type FacesToLayOut, layOutFaces } from './lay-out-faces.js';

export default (task: FacesToLayOut) => move(layOutFaces(task));
