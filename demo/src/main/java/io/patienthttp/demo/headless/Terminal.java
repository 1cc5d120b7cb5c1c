package io.patienthttp.demo.headless;

/** Whether somebody watches. */
final class Terminal {

    private Terminal() {}

    /** From JDK 22 there is a console without a terminal too; its isTerminal tells them apart (JDK-8308591). */
    static boolean isAttached() {
        var console = System.console();
        if (console == null) {
            return false;
        }
        try {
            return (boolean) console.getClass().getMethod("isTerminal").invoke(console);
        } catch (NoSuchMethodException e) {
            return true;
        } catch (ReflectiveOperationException e) {
            return false;
        }
    }
}
