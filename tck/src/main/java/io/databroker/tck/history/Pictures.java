package io.databroker.tck.history;

import io.databroker.api.FieldExtractor;
import java.util.ArrayList;
import java.util.List;

/** Draws the violation in the evidence. */
public final class Pictures {
  /** Largest number of bars in a picture. */
  static final int MOST_BARS = 150;

  /** Largest number of steps and candidates listed beside a picture. */
  static final int MOST_STEPS = 40;

  private Pictures() {}

  /** Returns the pictures of a violation; none if there is nothing to draw. */
  public static List<Picture> of(
      Evidence evidence, Verdict.Violated verdict, FieldExtractor extractor) {
    Holdings holdings = evidence.holdings();
    LeaseFinding finding = holdings == null ? null : LeaseCheck.finding(holdings);
    if (holdings != null && finding != null) {
      return List.of(LeasePicture.of(holdings, finding));
    }
    List<Picture> pictures = new ArrayList<>();
    History history = evidence.history();
    if (history != null) {
      boolean ofCalls =
          evidence.observed().isEmpty()
              && Checker.judge(history, extractor) instanceof Verdict.Violated alone
              && alone.reason().equals(verdict.reason());
      if (ofCalls) {
        pictures.add(CallPicture.minimal(history, extractor));
        return pictures;
      }
      if (evidence.closing() != null) {
        pictures.add(CallPicture.closing(history, evidence.closing(), verdict));
        return pictures;
      }
    }
    if (evidence.all() != null || !evidence.feeds().isEmpty()) {
      pictures.add(FeedPicture.of(evidence, verdict, extractor));
    } else if (history != null) {
      pictures.add(CallPicture.whole(history, verdict));
    }
    return pictures;
  }
}
