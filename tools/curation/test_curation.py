"""Tests of the mixed set and its grades: `python -m unittest discover -s tools/curation`."""

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import numpy as np

from distractors import distractor, plan
from drawing import SIZE, Ground, Play
from grade import draw, grade
from kinds import KINDS

HERE = Path(__file__).parent


class FakePlay(Play):
    """Clips of noise, without a store."""

    def __init__(self, clips, frames):
        self.frames = np.random.default_rng(5).integers(0, 255, (clips, frames, 64, 64, 3), np.uint8)
        self.order = np.arange(clips)[::-1]


def frames_of(kind, number, seed=3, frames=45):
    images = distractor(seed, kind, number, Ground(FakePlay(40, frames), number, frames), frames)
    return np.stack([np.asarray(image) for image in images])


class Distractors(unittest.TestCase):
    def test_a_video_is_a_function_of_its_seed(self):
        for kind in KINDS:
            once = frames_of(kind, 2)
            self.assertEqual(once.shape, (45, SIZE, SIZE, 3), kind)
            self.assertTrue(np.array_equal(once, frames_of(kind, 2)), kind)
            self.assertFalse(np.array_equal(once, frames_of(kind, 2, seed=4)), kind)

    def test_videos_move_and_no_two_look_alike(self):
        for kind in KINDS:
            videos = [frames_of(kind, number).astype(np.int16) for number in range(6)]
            for i, video in enumerate(videos):
                self.assertGreater(np.abs(video - video[:1]).mean(), 0.3, f"{kind} {i} stands still")
                for j in range(i):
                    apart = np.abs(video - videos[j]).mean()
                    self.assertGreater(apart, 8, f"{kind} {i} looks like {j}")

    def test_play_is_used_once(self):
        play, used = FakePlay(24, 10), []
        whole = play.video
        play.video = lambda number, frames: used.append(number) or whole(number, frames)
        names = []
        for name, images in plan(play, 1, 6, 20):
            names.append(name)
            for image in images:
                self.assertEqual(image.size, (SIZE, SIZE))
        self.assertEqual(len(set(names)), 12)
        self.assertEqual(sorted(set(used)), sorted(used))
        with self.assertRaises(SystemExit):
            whole(12, 20)

    def test_good_video_is_the_play(self):
        play = FakePlay(4, 10)
        name, images = next(plan(play, 1, 1, 20))
        small = np.stack([np.asarray(image)[::4, ::4] for image in images])
        self.assertEqual(name, "good/play-0000.mp4")
        self.assertTrue(np.array_equal(small, np.concatenate([play.frames[3], play.frames[2]])))


class Grades(unittest.TestCase):
    def test_the_nearest_folder_counts(self):
        for source, wanted in [
            ("mixed/good/play-0000.mp4", 5),
            ("/x/bad/menu-0003.mp4", 1),
            ("good/bad/a.mp4", 1),
            ("C:\\good\\a.mp4", 5),
            ("baddies/good.mp4", None),
            ("bad", None),
            ("", None),
        ]:
            self.assertEqual(grade(source), wanted, source)

    def test_a_share_of_each_grade(self):
        clips = {f"{i:064x}": ("good" if i % 4 else "bad") + f"/{i}.mp4" for i in range(400)}
        clips["f" * 64] = "elsewhere/x.mp4"
        labels, unknown = draw(clips, 0.1, 1)
        self.assertEqual(sorted(labels.values()), [1] * 10 + [5] * 30)
        self.assertEqual(unknown, 1)
        self.assertEqual(labels, draw(dict(reversed(clips.items())), 0.1, 1)[0])
        self.assertNotEqual(labels, draw(clips, 0.1, 2)[0])
        more = draw(clips, 0.2, 1)[0]
        self.assertLess(set(labels), set(more))

    def run_grade(self, folder, *more):
        command = [sys.executable, HERE / "grade.py", folder, "--out", folder / "labels.jsonl", *more]
        return subprocess.run(command, capture_output=True, text=True)

    def test_from_manifest_to_labels(self):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            self.assertIn("no manifest", self.run_grade(folder).stderr)
            (folder / "manifest").mkdir()
            record = '{{"sha256": "{}", "origin": {{"source": "{}", "start": 0}}}}\n'
            first = folder / "manifest" / "0.jsonl"
            first.write_text(record.format("aa", "good/ä.mp4"), encoding="utf-8")
            self.assertIn("lacks clips", self.run_grade(folder).stderr)
            # The first of two clips that are the same counts.
            text = record.format("bb", "m/bad/b.mp4") + record.format("aa", "bad/c.mp4")
            text += '{"sha256": "cc", "origin": {"level": 3}}\n'
            (folder / "manifest" / "1.jsonl").write_text(text)
            result = self.run_grade(folder)
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertIn("1 clips are of neither", result.stdout)
            lines = (folder / "labels.jsonl").read_text().splitlines()
            wanted = [{"sha256": "aa", "grade": 5}, {"sha256": "bb", "grade": 1}]
            self.assertEqual([json.loads(line) for line in lines], wanted)
            first.write_text('{"sha256": 3')
            result = self.run_grade(folder)
            self.assertIn("0.jsonl, line 1", result.stderr)
            self.assertNotEqual(result.returncode, 0)
            self.assertNotEqual(self.run_grade(folder, "--fraction", "1.5").returncode, 0)


if __name__ == "__main__":
    unittest.main()
