import java.io.File;
import org.apache.pdfbox.preflight.PreflightDocument;
import org.apache.pdfbox.preflight.ValidationResult;
import org.apache.pdfbox.preflight.exception.SyntaxValidationException;
import org.apache.pdfbox.preflight.parser.PreflightParser;

/** What Apache PDFBox Preflight, which checks against PDF/A-1b, finds in files: a line a finding, `code TAB words`, then `name TAB pages`. */
class Preflight {
    public static void main(String[] names) throws Exception {
        for (String name : names) {
            PreflightParser parser = new PreflightParser(new File(name));
            ValidationResult result;
            int pages = 0;
            try {
                parser.parse();
                try (PreflightDocument document = parser.getPreflightDocument()) {
                    document.validate();
                    result = document.getResult();
                    pages = document.getNumberOfPages();
                }
            } catch (SyntaxValidationException refused) {
                result = refused.getResult();
            }
            result.getErrorsList().forEach(error -> System.out.println(error.getErrorCode() + "\t" + error.getDetails()));
            System.out.println(new File(name).getName() + "\t" + pages);
        }
    }
}
